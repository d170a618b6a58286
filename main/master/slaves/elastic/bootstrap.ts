import { createHash } from 'node:crypto'

/** What a machine needs to become a slave, given that it has Node. */
export interface Bootstrap {
  /** JavaScript for `node -e`, in characters that no shell changes within single quotes. */
  readonly script: string
  /** What goes to its stdin before the protocol: a head, and the slave's program. */
  readonly payload: Buffer
}

export interface BootstrapOptions {
  /** The slave as one file of JavaScript. */
  readonly program: Buffer
  readonly version: string
  readonly name: string
  /** On that machine; `~/` is the home of its user. */
  readonly basedir: string
}

/** With these words the script says that Node is there and too old. */
export const TOO_OLD = 'triphammer: this Node is too old: '
const TOO_OLD_STATUS = 86
/** With these words it says that it can't write where builds should be. */
export const NO_FOLDER = 'triphammer: no folder for builds: '
const NO_FOLDER_STATUS = 87
export const OLDEST_NODE = 22

/**
 * The program travels with the link, so that nothing has to be installed, mounted
 * or kept in step on the other side. It is left beside the builds, by its hash.
 */
export function createBootstrap(options: BootstrapOptions): Bootstrap {
  const { program, version, name, basedir } = options
  const hash = createHash('sha256').update(program).digest('hex').slice(0, 16)
  const head = Buffer.from(JSON.stringify({ basedir, hash, size: program.length, name, version }))
  return {
    script: `eval(Buffer.from("${Buffer.from(SCRIPT).toString('base64')}","base64").toString())`,
    payload: Buffer.concat([Buffer.from(head.length.toString(16).padStart(8, '0')), head, program]),
  }
}

// Runs on Node of any age, so it speaks an old language. It must not read a byte more
// than its own: what follows is the protocol.
const SCRIPT = `
var fs = require("fs"), path = require("path"), os = require("os");
var fail = function (code, text) { fs.writeSync(2, text + "\\n"); process.exit(code); };
if (parseInt(process.versions.node, 10) < ${OLDEST_NODE}) fail(${TOO_OLD_STATUS}, "${TOO_OLD}" + process.versions.node);
var read = function (size) {
  var all = Buffer.alloc(size), at = 0;
  while (at < size) {
    var count = 0;
    try { count = fs.readSync(0, all, at, size - at, null); }
    catch (error) {
      if (error.code === "EAGAIN") { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5); continue; }
      if (error.code !== "EOF") throw error;
    }
    if (count === 0) process.exit(0);
    at += count;
  }
  return all;
};
var head = JSON.parse(read(parseInt(read(8).toString(), 16)).toString());
var program = read(head.size);
var basedir = path.resolve(head.basedir.replace(/^~(?=\\/|$)/, os.homedir()));
var file = path.join(basedir, "triphammer-slave-" + head.hash + ".mjs");
try {
  fs.mkdirSync(basedir, { recursive: true });
  if (!fs.existsSync(file)) {
    fs.readdirSync(basedir).forEach(function (name) {
      if (/^triphammer-slave-[0-9a-f]+\\.mjs$/.test(name)) fs.unlinkSync(path.join(basedir, name));
    });
    fs.writeFileSync(file + "." + process.pid, program);
    fs.renameSync(file + "." + process.pid, file);
  }
} catch (error) { fail(${NO_FOLDER_STATUS}, "${NO_FOLDER}" + error.message); }
process.argv = [process.execPath, file, "--stdio", "--name", head.name, "--basedir", basedir, "--app-version", head.version];
process.execArgv = [];
import(require("url").pathToFileURL(file).href).catch(function (error) { fail(1, error.stack); });
`
