import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { ask, untilBuild } from './desk-helpers.ts'
import { expect, test } from './slave-fixtures.ts'

const CODE = /pairing code ([0-9A-Z]{3}-[0-9A-Z]{3})/

function configure(dataDir: string, text: string) {
  mkdirSync(dataDir, { recursive: true })
  writeFileSync(join(dataDir, 'master.yml'), text)
}

async function open(page: Page, view: string) {
  await page.evaluate(hash => {
    location.hash = hash
  }, `#/${view}`)
}

/** The row of a slave in the table. */
function row(page: Page, name: string) {
  return page.getByRole('region', { name: 'List of slaves' }).getByRole('row', { name })
}

async function force(page: Page, builder: string) {
  const { builders } = await ask(page, 'desk:snapshot')
  const { id: builderId } = builders.find(one => one.name === builder)!
  const order = { branch: null, revision: null, reason: 'a test', properties: {} }
  await ask(page, 'build:force', { builderId, ...order })
}

/** The text on the screen of the open terminal. */
function screen(page: Page) {
  return page.locator('.xterm-rows')
}

// What takes the keys of the terminal, once its shell has begun.
function keys(page: Page) {
  return page.locator('.xterm-helper-textarea')
}

test('a slave is paused with a reason and until when, a build waits for it, and it is unpaused', async ({
  serve,
  dataDir,
}) => {
  configure(dataDir, 'builders: [{ name: one, steps: [{ shell: "echo built" }] }]')
  const { page } = await serve()
  await open(page, 'slaves')
  await expect(row(page, 'local')).toContainText('Idle')
  await page.keyboard.press('p')
  await page.getByLabel('Why').fill('system updates')
  await page.getByLabel('How long').selectOption('for an hour')
  await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click()
  await expect(row(page, 'local')).toContainText(/Paused by .*, until \d/)
  await expect(row(page, 'local')).toContainText('“system updates”')

  await force(page, 'one')
  await expect(row(page, 'local')).toContainText('1 request waits')
  await open(page, 'waterfall')
  await expect(page.getByText(/1 waiting: local is paused .*system updates/)).toBeVisible()

  await open(page, 'slaves')
  await expect(row(page, 'local')).toHaveClass(/picked/)
  await page.keyboard.press('p')
  await expect(row(page, 'local')).toContainText('last build one #1')
})

test('a slave that waits is dialled: its code, its fingerprint, a wrong code, and what it then builds', async ({
  serve,
  startSlave,
  dataDir,
  context,
}) => {
  configure(
    dataDir,
    'builders: [{ name: far, slaveTags: [far], steps: [{ shell: "echo built" }] }]\nslaves: [{ name: local, tags: [far] }]',
  )
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const slave = startSlave(['--listen', '127.0.0.1:0', '--name', 'studio'])
  const address = await slave.says(/waits at (\S+)/)
  const fingerprint = await slave.says(/fingerprint (\S+)/)
  const code = await slave.says(CODE)
  const { page } = await serve()
  await open(page, 'slaves')
  await page.getByRole('button', { name: 'Attach a slave' }).click()
  const dialog = page.getByRole('dialog', { name: 'Attach a slave' })
  await dialog.getByLabel('Address').fill(address)
  await expect(dialog.getByText(/answers, \d+ ms/)).toBeVisible()
  await expect(dialog.getByText(/good for (9|10):\d\d/)).toBeVisible()
  await expect(dialog.locator('.fingerprint code')).toHaveText(
    fingerprint.replace(/^(.{35})-/, '$1'),
  )
  await expect(dialog.getByText(/^studio, /)).toBeVisible()

  const attach = dialog.getByRole('button', { name: 'Attach' })
  await expect(attach).toBeDisabled()
  await dialog.getByLabel('Sign 1 of 6').focus()
  await page.keyboard.type(code === 'AAA-AAA' ? 'BBBBBB' : 'AAAAAA')
  await attach.click()
  await expect(dialog.getByRole('alert')).toContainText('4 tries are left')
  await expect(dialog.getByLabel('Sign 1 of 6')).toHaveValue('')

  // A code that is pasted, stroke and all, fills the boxes.
  await page.evaluate(text => navigator.clipboard.writeText(text), code)
  await dialog.getByLabel('Sign 3 of 6').focus()
  await page.keyboard.press('ControlOrMeta+v')
  await dialog.getByLabel('Tags').fill('far, fast')
  await attach.click()
  await expect(dialog.getByText('studio is attached.')).toBeVisible()
  await dialog.getByRole('button', { name: 'Show studio' }).click()
  await expect(row(page, 'studio')).toContainText('fast')
  // Whoever owns the far machine has not allowed it.
  await expect(row(page, 'studio')).toContainText('no terminal')
  await page.getByRole('tab', { name: 'Terminal' }).click()
  await expect(page.getByText('--allow-terminal')).toBeVisible()
  expect(readFileSync(join(dataDir, 'master.yml'), 'utf8')).toContain(address)

  await ask(page, 'slave:pause', { name: 'local', reason: '', until: null })
  await force(page, 'far')
  expect((await untilBuild(page, { complete: true })).slave).toBe('studio')
})

test('a slave dials in with the command that the window makes', async ({ serve, startSlave }) => {
  const { page } = await serve()
  await open(page, 'slaves')
  await expect(row(page, 'local')).toBeVisible()
  await page.keyboard.press('n')
  const dialog = page.getByRole('dialog', { name: 'Attach a slave' })
  await dialog.getByRole('button', { name: 'Let it dial in' }).click()
  await dialog.getByLabel('Port').fill(String(await freePort()))
  await dialog.getByRole('button', { name: 'Listen for slaves' }).click()
  await dialog.getByLabel('Name').fill('mini')
  await dialog.getByRole('button', { name: 'Make the command' }).click()
  await expect(dialog.getByText('Waiting for mini to dial')).toBeVisible()
  const [command, password] = await dialog.locator('.copyable code').allTextContents()
  const [, port, print] = /--master \S+:(\d+) --name mini --fingerprint (\S+)$/.exec(command!)!
  const args = ['--master', `127.0.0.1:${port}`, '--name', 'mini', '--fingerprint', print!]
  startSlave([...args, '--password-file', '-', '--allow-terminal'], `${password}\n`)
  await expect(dialog.getByText('mini is attached.')).toBeVisible()
  await dialog.getByRole('button', { name: 'Show mini' }).click()
  await expect(row(page, 'mini')).toContainText('dials in')

  // A shell on it, over the same link.
  await page.getByRole('tab', { name: 'Terminal' }).click()
  await expect(page.getByText('Shell in the folder of mini')).toBeVisible()
  await expect(keys(page)).toBeFocused()
  await page.keyboard.type('echo "<$((6 * 7))> $(tty)"; stty size\n')
  await expect(screen(page)).toContainText(/<42> \/dev\/pts\/\d+/)

  // Its key is forgotten: the link is cut, and it is not let in again.
  await open(page, 'slaves/mini')
  await page.getByRole('button', { name: 'More to do with mini' }).click()
  await page.getByRole('menuitem', { name: /Forget its key/ }).click()
  await page.getByRole('button', { name: 'Forget its key' }).click()
  await expect(row(page, 'mini')).not.toContainText('heard')
})

test('what is wrong with an address is told with what to do about it', async ({ serve }) => {
  const stranger = createServer(socket => socket.end('HTTP/1.0 200 OK\r\n\r\nhello\n'))
  stranger.listen(0, '127.0.0.1')
  await once(stranger, 'listening')
  const { port } = stranger.address() as AddressInfo
  const { page } = await serve()
  await open(page, 'slaves')
  await page.getByRole('button', { name: 'Attach a slave' }).click()
  const dialog = page.getByRole('dialog', { name: 'Attach a slave' })
  const address = dialog.getByLabel('Address')
  const told = dialog.getByRole('alert')
  await expect(dialog.getByText(/npx --yes \.\/triphammer-slave-\S+\.tgz --listen/)).toBeVisible()
  for (const [typed, words] of [
    [`127.0.0.1:${await freePort()}`, /nothing listens at .*Start the slave there/],
    ['no-such-machine.invalid:9990', /No machine called .*Check the spelling/],
    [`127.0.0.1:${port}`, /(is not a Triphammer slave|does not encrypt as a slave does)/],
    ['what is this', /is not an address.*mini\.local:9990/],
  ] as const) {
    await address.fill(typed)
    await expect(told).toContainText(words)
    await expect(dialog.getByRole('button', { name: 'Attach', exact: true })).toBeDisabled()
  }
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  stranger.close()
})

test('a link that is cut is told on slave, build and board, and the build goes on to its own end', async ({
  serve,
  startSlave,
  cableTo,
  dataDir,
  home,
}) => {
  const gate = join(home, 'go-on')
  configure(
    dataDir,
    `slaves: [{ name: local }]\nbuilders: [{ name: far, slaves: [local], steps: [{ shell: "echo begun; until [ -e '${gate}' ]; do sleep 0.05; done; echo over" }] }]`,
  )
  const slave = startSlave(['--listen', '127.0.0.1:0', '--name', 'mini'])
  const port = Number(await slave.says(/waits at 127\.0\.0\.1:(\d+)/))
  const cable = await cableTo(port)
  const { page } = await serve()
  const paired = await pair(page, `127.0.0.1:${cable.port}`, await slave.says(CODE))
  expect(paired).toMatchObject({ ok: true })
  configure(
    dataDir,
    readFileSync(join(dataDir, 'master.yml'), 'utf8').replace('slaves: [local]', 'slaves: [mini]'),
  )
  await ask(page, 'config:reload')
  await open(page, 'slaves/mini')
  await expect(row(page, 'mini')).toContainText('Idle')
  await force(page, 'far')
  await expect(row(page, 'mini')).toContainText('far #1')

  await cable.pull()
  await expect(row(page, 'mini')).toContainText(/Link lost 0:\d\d/)
  await expect(row(page, 'mini')).toContainText('far #1 goes on')
  await open(page, 'builds/far/1')
  await expect(page.getByText(/Link lost 0:\d\d, the build goes on at mini/)).toBeVisible()
  await open(page, 'waterfall')
  await expect(page.getByText(/link lost 0:\d\d, build goes on/)).toBeVisible()

  writeFileSync(gate, '')
  await cable.plug()
  const build = await untilBuild(page, { complete: true })
  expect([build.number, build.results]).toEqual([1, 0])
})

test('a terminal opens beside a running build, in its folder, and stays while other views are looked at', async ({
  serve,
  dataDir,
  home,
}) => {
  const gate = join(home, 'go-on')
  configure(
    dataDir,
    `builders: [{ name: one, env: { GREETING: hello }, steps: [{ shell: "echo begun > made; echo begun; until [ -e '${gate}' ]; do sleep 0.05; done" }] }]`,
  )
  const { page } = await serve()
  await force(page, 'one')
  await untilBuild(page, { complete: false })
  await open(page, 'builds/one/1')
  await expect(page.getByLabel('Lines of the log')).toContainText('begun')
  await page.getByRole('button', { name: 'Terminal' }).click()
  await expect(page.getByText('Shell in the folder of one #1 on local')).toBeVisible()
  await expect(keys(page)).toBeFocused()
  await page.keyboard.type('echo "<$GREETING $BUILD_NUMBER $(cat made)>"; KEPT=here\n')
  await expect(screen(page)).toContainText('<hello 1 begun>')

  // Keys of the window are the shell's while it has the focus; Ctrl+K clears a line there.
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('dialog')).toBeHidden()
  await page.keyboard.press('Shift+Escape')
  await expect(page.getByRole('button', { name: /Close the terminal/ })).toBeFocused()

  await open(page, 'waterfall')
  await open(page, 'builds/one/1/terminal')
  await page.locator('.xterm').click()
  await expect(keys(page)).toBeFocused()
  await page.keyboard.type('echo "[$KEPT $((1 + 1))]"; exit 4\n')
  await expect(screen(page)).toContainText('[here 2]')
  await expect(page.getByText('The shell ended with exit status 4.')).toBeVisible()
  await page.getByRole('button', { name: 'Open again' }).click()
  await expect(page.getByText('Shell in the folder of one #1 on local')).toBeVisible()
  writeFileSync(gate, '')
  expect((await untilBuild(page, { complete: true })).results).toBe(0)
})

test('what can be done with a slave is in the palette', async ({ serve }) => {
  const { page } = await serve()
  await expect(page.getByText('1 of 1 slave online')).toBeVisible()
  await page.keyboard.press('ControlOrMeta+k')
  await page.keyboard.type('remove local')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog', { name: 'Remove local?' })).toBeVisible()
  await page.keyboard.press('Escape')
  await page.keyboard.press('ControlOrMeta+k')
  await page.keyboard.type('pause local')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog', { name: 'Pause local' })).toBeVisible()
})

async function pair(page: Page, address: string, code: string) {
  const probe = await ask(page, 'attach:probe', { address })
  if (!probe.ok) throw new Error(probe.message)
  const { fingerprint, name } = probe
  return ask(page, 'attach:pair', { address, code, fingerprint, name, tags: [], maxBuilds: null })
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
