// Writes a log of one of the shapes that are hard to show. Arguments: the shape, and how many MiB.
const [, , shape, mib] = process.argv
const total = Number(mib) * 1024 * 1024
// Lines of 21 bytes: fifty million of them are a gigabyte.
const LINES_PER_BLOCK = 12_500
let number = 0
const blockOf = {
  lines: () => {
    let block = ''
    for (let i = 0; i < LINES_PER_BLOCK; i++)
      block += `line ${String(number++).padStart(15, '0')}\n`
    return block
  },
  'one-line': () => {
    let block = ''
    for (let i = 0; i < LINES_PER_BLOCK; i++) block += `word ${String(number++).padStart(15, '0')} `
    return block
  },
}[shape]
for (let sent = 0; sent < total; ) {
  const block = blockOf()
  sent += block.length
  await new Promise(done => process.stdout.write(block, done))
}
