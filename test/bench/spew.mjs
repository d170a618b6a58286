// Writes lines of 80 columns. Arguments: how many MiB, and at how many MB a second (as fast as it goes without).
const [, , mib, rate] = process.argv
const words =
  'compile link test pass warn src lib main util parse scan fold emit node tree walk'.split(' ')
let block = ''
for (let i = 0; block.length < 256 * 1024; i++) {
  let line = `${String(i * 7919).padStart(9, '0')} `
  for (let k = i; line.length < 70; k = (k * 31 + 7) % 1009) line += `${words[k % words.length]} `
  block += `${line.padEnd(79, '.').slice(0, 79)}\n`
}
const bytes = Buffer.from(block).subarray(0, rate ? 16 * 1024 : undefined)
const total = Number(mib) * 1024 * 1024
const startedAt = performance.now()
for (let sent = 0; sent < total; sent += bytes.length) {
  await new Promise(done => process.stdout.write(bytes, done))
  if (!rate) continue
  const aheadMs = (sent / (Number(rate) * 1e6)) * 1000 - (performance.now() - startedAt)
  if (aheadMs > 1) await new Promise(done => setTimeout(done, aheadMs))
}
