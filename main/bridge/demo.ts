import {
  addDemo,
  DEMO_PROJECT,
  demoIn,
  demoRepository,
  isDemoBuilder,
  makeDemoRepository,
  removeDemo,
  removeDemoFolder,
} from '../master/demo/demo.ts'
import type { Master } from '../master/master.ts'
import { mustBeGood, readConfigText, writeConfigText } from './config-text.ts'
import type { Handlers } from './contract.ts'
import { buildChange } from './force.ts'
import { RefusedError } from './refused.ts'

/** The demo project comes with one click and goes with one, and nothing else is touched. */
export function demoHandlers(master: Master): Pick<Handlers, 'demo:add' | 'demo:remove'> {
  const { data, config, distributor, options } = master
  const { dataDir } = options
  let making: Promise<void> | undefined

  return {
    // Two windows that ask at once get one demo.
    'demo:add'() {
      making ??= add().finally(() => {
        making = undefined
      })
      return making
    },
    async 'demo:remove'() {
      await making?.catch(() => {})
      await remove()
    },
  }

  async function add() {
    if (demoIn(config.current, dataDir)) throw new RefusedError('the demo is on this desk already')
    if (config.current.projects.some(({ name }) => name === DEMO_PROJECT))
      throw new RefusedError(
        `there is another project "${DEMO_PROJECT}". Give that another name in master.yml first.`,
      )
    // The first project is that of builders that name none.
    const without = config.current.projects.length === 0 && config.current.builders[0]
    if (without)
      throw new RefusedError(
        `builder "${without.name}" has no project and would be given the demo's. Give it one in master.yml first.`,
      )
    // Before anything is made: the file may have a fault, or builders of these names.
    mustBeGood(master, addDemo(readConfigText(master), dataDir))
    const last = data.changes({ limit: 1 })[0]?.id ?? 0
    const commitNext = await makeDemoRepository(dataDir, options.env)
    const project = { name: DEMO_PROJECT, repository: demoRepository(dataDir), branches: ['*'] }
    // One look for each commit, so that each is a change of its own; no scheduler knows them yet.
    while (await commitNext()) await master.adopt({ ...project, pollMs: null })
    const text = addDemo(readConfigText(master), dataDir)
    mustBeGood(master, text)
    writeConfigText(master, text)
    const builders = data.builders().filter(one => one.active && isDemoBuilder(one))
    const changes = data
      .changes({ limit: 100 })
      .filter(({ id, project }) => id > last && project === DEMO_PROJECT)
      .sort((a, b) => a.id - b.id)
    for (const change of changes)
      for (const builder of builders) buildChange(master, builder, change, 'demo')
  }

  async function remove() {
    if (!demoIn(config.current, dataDir)) throw new RefusedError('there is no demo on this desk')
    const text = removeDemo(readConfigText(master))
    mustBeGood(master, text)
    const its = new Set(
      data
        .builders()
        .filter(isDemoBuilder)
        .map(({ id }) => id),
    )
    for (const request of data.openRequests())
      if (its.has(request.builderId) && request.claimedAt === null) data.cancelRequest(request.id)
    for (const build of data.runningBuilds())
      if (its.has(build.builderId)) distributor.stopBuild(build.id, 'the demo was removed')
    writeConfigText(master, text)
    await removeDemoFolder(dataDir)
  }
}
