// What both need to know of the processes of this machine.
const PROCESSES = `
const fs = require('node:fs')
const read = (pid, file) => { try { return fs.readFileSync('/proc/' + pid + '/' + file, 'latin1') } catch { return '' } }
const all = () => fs.readdirSync('/proc').filter(name => /^[0-9]+$/.test(name)).flatMap(pid => {
  const stat = read(pid, 'stat')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  if (stat === '' || fields[0] === 'Z') return []
  const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')) + '.exe'
  return [{ pid, parent: fields[1], start: fields[19], name }]
})
const word = one => [one.pid, one.parent, one.start, one.name].join(' ')
const idOf = pid => /TRIPHAMMER_STEP_ID=([^\\0]+)/.exec(read(pid, 'environ'))?.[1]
// Whatever is asked: nobody but the processes of steps.
const kill = pid => { if (idOf(pid) !== undefined) try { process.kill(Number(pid), 'SIGKILL') } catch {} }
`

/**
 * A powershell.exe that knows what ours is asked: the list of all processes, and the program that holds
 * jobs. Who is in a job is told by what a step's processes inherit.
 */
export const POWERSHELL = `#!node
${PROCESSES}
if (!process.env.TRIPHAMMER_JOBS_SOURCE) {
  process.stdout.write(all().map(word).join('\\r\\n') + '\\r\\n')
  process.exit(0)
}
const jobs = new Map()
const idOfJob = job => { if (jobs.get(job) === undefined) throw new Error('there is no job ' + job); return jobs.get(job) }
const members = job => { const id = idOfJob(job); return all().filter(one => idOf(one.pid) === id) }
const pause = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2)
const verbs = {
  list: () => all(),
  join: (job, pid) => {
    // Between fork and exec it has nothing of its own yet.
    let id = idOf(pid)
    for (; id === undefined && fs.existsSync('/proc/' + pid); id = idOf(pid)) pause()
    if (id === undefined) throw new Error('no such process')
    jobs.set(job, id)
    // For commands that must not end before.
    fs.writeFileSync('/proc/' + pid + '/cwd/.joined', '')
    return []
  },
  members,
  end: job => { members(job).forEach(one => kill(one.pid)); return [] },
  drop: job => { verbs.end(job); jobs.delete(job); return [] },
}
console.log('a banner that nobody asked for')
console.log('ready')
require('node:readline').createInterface(process.stdin).on('line', line => {
  const [id, verb, ...rest] = line.split(' ')
  try {
    console.log(id + ' ok ' + verbs[verb](...rest).map(word).join('\\t'))
  } catch (error) {
    console.log(id + ' error ' + error.message)
  }
}).on('close', () => { [...jobs.keys()].forEach(verbs.drop); process.exit() })
`

/** taskkill /F /T: ends processes with whoever is below them now. */
export const TASKKILL = `#!node
${PROCESSES}
const list = all()
const end = pid => { for (const one of list) if (one.parent === pid) end(one.pid); kill(pid) }
process.argv.slice(2).filter(word => /^[0-9]+$/.test(word)).forEach(end)
`

/** Lists are given as programs of Windows, which end in .exe. */
export const SH = 'exec /bin/sh "$@"'
