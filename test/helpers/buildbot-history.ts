import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { later } from './cleanup.ts'

const BUILDBOT = '/usr/bin/buildbot'

/**
 * Runs Debian's Buildbot until it has a history of every kind that we import, and is
 * killed in the middle of a build. Returns the folder of its master. It opens no port:
 * worker and master are one process, and what happens is told by master.cfg itself.
 */
export async function makeBuildbotHistory(folder: string): Promise<string> {
  const master = join(folder, 'master')
  mkdirSync(folder, { recursive: true })
  const env = {
    PATH: '/usr/bin:/bin',
    HOME: folder,
    LANG: 'C.UTF-8',
    PYTHONDONTWRITEBYTECODE: '1',
  }
  execFileSync(BUILDBOT, ['create-master', '-q', master], { env, stdio: 'ignore' })
  writeFileSync(join(master, 'master.cfg'), CONFIG)
  const child = spawn(BUILDBOT, ['start', '--nodaemon', master], { env, stdio: 'ignore' })
  later(() => child.kill('SIGKILL'))
  const [code] = await once(child, 'exit')
  if (code !== 9) throw new Error(readFileSync(join(master, 'twistd.log'), 'utf8').slice(-3000))
  return master
}

// The numbers of lines and the texts are what the tests look for.
const CONFIG = String.raw`
import os
from twisted.internet import defer, reactor
from twisted.python import log
from buildbot.plugins import schedulers, steps, util, worker
from buildbot.process import buildstep, results
from buildbot.util import service

class Page(buildstep.BuildStep):
    name = "page"
    @defer.inlineCallbacks
    def run(self):
        yield self.addHTMLLog("report", "<h1>all good</h1>\n<p>\u00fc</p>")
        yield self.addCompleteLog("notes", "first\nsecond")
        yield self.addURL("the site", "https://example.org/report")
        self.setProperty("shape", {"sides": [3, 4]}, "Page")
        return results.WARNINGS

def sh(command, **more):
    return steps.ShellCommand(command=["sh", "-c", command], logEnviron=False, **more)

calc = util.BuildFactory([
    sh("rm -f side.txt; seq 5000; echo oops >&2; echo 'gr\u00fc\u00dfe'; printf 'no newline'", name="talk"),
    # A worker takes a file for an old one whose size and whole second are those of when it
    # first looked: the one of the build before is removed by the step before.
    sh("sleep 0.5; echo side > side.txt; exit 1", name="fails", logfiles={"side": "side.txt"},
       flunkOnFailure=False, warnOnFailure=True, haltOnFailure=False),
    sh("never", name="skipped", doStepIf=False, hideStepIf=True),
    Page(),
])
slow = util.BuildFactory([sh("echo started; sleep 60", name="sleeps")])

class Driver(service.BuildbotService):
    name = "driver"

    def reconfigService(self):
        return defer.succeed(None)

    @defer.inlineCallbacks
    def startService(self):
        yield super().startService()
        reactor.callLater(0.2, self.begin)

    @defer.inlineCallbacks
    def begin(self):
        try:
            yield self.drive()
        except Exception:
            log.err()
            os._exit(1)

    @defer.inlineCallbacks
    def drive(self):
        def attached(workers):
            return any(one["connected_to"] for one in workers if one["name"] == "here")
        def ended(count):
            return lambda builds: sum(1 for one in builds if one["complete"]) == count
        def begun(steps):
            return any(one["name"] == "sleeps" and one["started_at"] for one in steps or [])
        yield self.until(("workers",), attached)
        for number, method in enumerate(["raw", "gz", "bz2", "lz4"]):
            self.master.config.logCompressionMethod = method
            yield self.master.data.updates.addChange(
                files=["src/a.c", "docs/\u00fc.txt"], comments="change %d\n\nwith more" % number,
                author="Ada <ada@example.org>", committer="Bob <bob@example.org>",
                revision="%040x" % (number + 1), when_timestamp=1700000000 + number,
                branch="main", category="feature", revlink="https://example.org/%d" % number,
                properties={"ticket": number + 1}, repository="https://example.org/calc.git",
                codebase="", project="calc")
            yield self.until(("builds",), ended(number + 1))
        yield self.force("nobody")
        yield self.force("slow")
        yield self.until(("builders", "slow", "builds", 1, "steps"), begun)
        os._exit(9)

    @defer.inlineCallbacks
    def until(self, what, good):
        while not good((yield self.master.data.get(what))):
            yield wait(0.05)

    @defer.inlineCallbacks
    def force(self, name):
        builder = yield self.master.data.updates.findBuilderId(name)
        yield self.master.data.updates.addBuildset(
            waited_for=False, scheduler="by hand", reason="because \u00fc", builderids=[builder],
            sourcestamps=[
                {"codebase": "", "repository": "https://example.org/calc.git", "branch": "release/1", "revision": None, "project": "calc"},
                {"codebase": "lib", "repository": "https://example.org/lib.git", "branch": "main", "revision": "f00", "project": "lib"},
            ],
            properties={"owner": ("Ada", "Force Build Form")})

def wait(seconds):
    done = defer.Deferred()
    reactor.callLater(seconds, done.callback, None)
    return done

c = BuildmasterConfig = {
    "buildbotNetUsageData": None, "collapseRequests": False,
    "title": "import", "titleURL": "http://127.0.0.1/", "buildbotURL": "http://127.0.0.1/",
    "db": {"db_url": "sqlite:///state.sqlite"},
    "workers": [worker.LocalWorker("here"), worker.Worker("away", "pass")],
    "builders": [
        util.BuilderConfig(name="calc-linux", workernames=["here"], factory=calc, tags=["linux", "fast"], description="sums"),
        util.BuilderConfig(name="nobody", workernames=["away"], factory=slow),
        util.BuilderConfig(name="slow", workernames=["here"], factory=slow),
    ],
    "schedulers": [schedulers.AnyBranchScheduler(name="all", treeStableTimer=None, builderNames=["calc-linux"]),
        schedulers.Triggerable(name="by hand", builderNames=["nobody", "slow"])],
    "protocols": {"null": {}},
    "services": [Driver()],
}
`
