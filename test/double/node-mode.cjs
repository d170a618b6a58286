// Electron as Node: what ELECTRON_RUN_AS_NODE makes of the executable. Plain CommonJS, loaded before the
// program: each slave of each spec waits for it.
const { dirname, join, normalize, sep } = require('node:path')
const { promisify } = require('node:util')
const { isMainThread } = require('node:worker_threads')
const { syncBuiltinESMExports } = require('node:module')
const fs = require('node:fs')

const plain = { ...fs, promises: { ...fs.promises } }
const program = process.env.ELECTRON_DOUBLE_EXEC
process.execPath = program
process.argv[0] = program
process.execArgv = []
process.versions.electron ??= '45.4.1'
takeArchivesForFolders()
if (isMainThread) goWithTheMount()

/**
 * Electron's fs takes each file *.asar for a folder, for an error where it is no archive. As in
 * lib/node/asar-fs-wrapper.ts: what looks and what opens does so, what removes does not.
 */
function takeArchivesForFolders() {
  const archives = new Map()
  // Functions of fs call one another by what `fs` holds.
  let within = false
  const folders = new Map()
  let inode = 0

  override('stat', look)
  override('lstat', look)
  override('readdir', list)
  override('opendir', ({ archive, inside }, path) => {
    const entries = list({ archive, inside }, path, { withFileTypes: true })
    return Object.assign(entries[Symbol.iterator](), {
      path,
      close: async () => {},
      closeSync() {},
      async *[Symbol.asyncIterator]() {
        yield* entries
      },
    })
  })
  override('readFile', ({ archive, inside }, path, options) => {
    const bytes = contentOf(archive, inside, path)
    const encoding = typeof options === 'string' ? options : options?.encoding
    return encoding ? bytes.toString(encoding) : bytes
  })
  override('realpath', ({ archive, inside }, path) => {
    find(archive, inside, path)
    return join(plain.realpathSync(archive.path), inside)
  })
  override('access', ({ archive, inside }, path) => void find(archive, inside, path))
  fs.existsSync = path => {
    const at = split(path)
    if (!at) return plain.existsSync(path)
    try {
      return Boolean(find(read(at), at.inside, path))
    } catch {
      return false
    }
  }
  // These work on a copy of the file that is in the archive; of the archive itself there is none.
  for (const name of ['open', 'copyFile'])
    override(name, ({ archive, inside }, path, ...rest) => {
      const copy = join(plain.mkdtempSync(join(require('node:os').tmpdir(), 'asar-')), 'file')
      plain.writeFileSync(copy, contentOf(archive, inside, path))
      return { instead: [copy, ...rest] }
    })
  syncBuiltinESMExports()

  // The three forms of a function of fs: whether a path lies in an archive is decided when it is called.
  function override(name, work) {
    const answer = (at, path, rest, native) => {
      const found = work({ archive: read(at), inside: at.inside }, path, ...rest)
      return found?.instead ? native(...found.instead) : found
    }
    fs[`${name}Sync`] = (path, ...rest) => {
      const at = split(path)
      return at ? answer(at, path, rest, plain[`${name}Sync`]) : plain[`${name}Sync`](path, ...rest)
    }
    fs[name] = (path, ...rest) => {
      const at = split(path)
      if (!at) return plain[name](path, ...rest)
      const callback = rest.pop()
      fs.promises[name](path, ...rest).then(
        value => callback(null, value),
        error => callback(error),
      )
    }
    const custom = plain[name][promisify.custom]
    if (custom) fs[name][promisify.custom] = custom
    if (plain[name].native) fs[name].native = fs[name]
    if (plain[`${name}Sync`].native) fs[`${name}Sync`].native = fs[`${name}Sync`]
    fs.promises[name] = async (path, ...rest) => {
      const at = split(path)
      return at ? answer(at, path, rest, plain.promises[name]) : plain.promises[name](path, ...rest)
    }
  }

  // GetAsarArchivePath of asar_util.cc: a name that ends so and is no folder, be it there or not.
  function split(given) {
    if (within || process.noAsar || process.env.ELECTRON_NO_ASAR) return undefined
    const path = Buffer.isBuffer(given) ? given.toString() : given
    if (typeof path !== 'string' || !/\.asar/i.test(path)) return undefined
    const whole = normalize(path)
    for (let at = whole; at !== dirname(at); at = dirname(at))
      if (/\.asar$/i.test(at) && !isFolder(at))
        return { path: at, inside: whole.slice(at.length + 1) }
    return undefined
  }

  function isFolder(path) {
    if (!folders.has(path))
      folders.set(path, plain.statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false)
    return folders.get(path)
  }

  function read({ path }) {
    if (archives.has(path)) return archives.get(path)
    try {
      within = true
      const bytes = plain.readFileSync(path)
      const start = 8 + bytes.readUInt32LE(4)
      const header = JSON.parse(bytes.toString('utf8', 16, 16 + bytes.readUInt32LE(12)))
      const archive = { path, bytes, start, root: { files: header.files } }
      archives.set(path, archive)
      return archive
    } catch {
      throw new Error(`Invalid package ${path}`)
    } finally {
      within = false
    }
  }

  function find(archive, inside, path) {
    const names = inside.split(sep).filter(name => name !== '')
    const node = names.reduce((at, name) => at?.files?.[name], archive.root)
    if (node) return node
    throw Object.assign(new Error(`ENOENT, ${inside} not found in ${path}`), { code: 'ENOENT' })
  }

  function contentOf(archive, inside, path) {
    const { offset, size } = find(archive, inside, path)
    // Of a folder, as the archive itself is one, there is no content.
    if (offset === undefined)
      throw Object.assign(new Error(`ENOENT, ${inside} not found in ${path}`), { code: 'ENOENT' })
    const from = archive.start + Number(offset)
    return archive.bytes.subarray(from, from + size)
  }

  function look({ archive, inside }, path) {
    const { files, size = 0 } = find(archive, inside, path)
    const stats = plain.statSync(archive.path)
    const mode = (files ? fs.constants.S_IFDIR : fs.constants.S_IFREG) | 0o644
    return Object.assign(stats, { mode, size, nlink: 1, dev: 1, ino: ++inode })
  }

  function list({ archive, inside }, path, options) {
    const { files = {} } = find(archive, inside, path)
    const names = Object.keys(files)
    if (!options?.withFileTypes) return names
    const { UV_DIRENT_DIR, UV_DIRENT_FILE } = fs.constants
    return names.map(name => {
      const type = files[name].files ? UV_DIRENT_DIR : UV_DIRENT_FILE
      return Object.assign(new fs.Dirent(name, type), { parentPath: path })
    })
  }
}

/**
 * A program that runs from an AppImage's mount gets SIGBUS with the first page that it needs once the
 * mount has gone.
 */
function goWithTheMount() {
  if (!plain.existsSync(join(dirname(program), 'AppRun'))) return
  setInterval(() => {
    if (!plain.existsSync(program)) process.kill(process.pid, 'SIGBUS')
  }, 50).unref()
}
