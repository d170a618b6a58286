import type { Master } from '../master/master.ts'
import type { Build } from '../master/model.ts'
import { type BuildPlace, placeOfBuild } from '../master/process/build-terminal.ts'
import { ExpressionError } from '../master/process/expression.ts'
import type { Session } from '../master/slaves/session.ts'
import { TerminalError } from '../master/slaves/terminals.ts'
import type { Handlers, TerminalWish } from './contract.ts'
import { mustBe, RefusedError } from './refused.ts'

type TerminalHandlers = Pick<Handlers, Extract<keyof Handlers, `terminal:${string}`>>

/** The answers to what windows ask of terminals. */
export function terminalHandlers(master: Master): TerminalHandlers {
  const { data, config, terminals } = master

  return {
    'terminal:open': async wish => {
      const { slave, buildId, cols, rows } = wish
      const session = sessionFor(wish)
      const build = buildId === null ? undefined : data.build(buildId)
      if (buildId !== null) mustBe(build, `there is no build ${buildId}`)
      if (build && build.slave !== slave)
        throw new RefusedError(`build ${build.number} was not built on ${slave}`)
      const place = build && placeFor(build, session)
      return { terminalId: await saying(terminals.open(session, { slave, place, cols, rows })) }
    },
    'terminal:write': ({ terminalId, data }) =>
      saying(terminals.write(terminalId, Buffer.from(data, 'base64'))),
    'terminal:resize': ({ terminalId, cols, rows }) =>
      saying(terminals.resize(terminalId, { cols, rows })),
    'terminal:took': ({ terminalId, upTo, again }) => terminals.took(terminalId, upTo, again),
    'terminal:close': ({ terminalId }) => terminals.close(terminalId),
  }

  function sessionFor({ slave: name }: TerminalWish): Session {
    const slave = mustBe(data.slave(name), `there is no slave "${name}"`)
    if (config.current.slaves.find(one => one.name === name)?.terminal === false)
      throw new RefusedError(`master.yml says "terminal: false" for ${name}`)
    const session = mustBe(
      master.slaves.session(name),
      `${name} has no link to the master at the moment${slave.reason ? `: ${slave.reason}` : ''}`,
    )
    if (session.capabilities.terminal === undefined)
      throw new RefusedError(
        `${name} does not allow terminals. Start it there with --allow-terminal`,
      )
    return session
  }

  function placeFor(build: Build, session: Session): BuildPlace {
    const builder = data.builder(build.builderId)
    const named = config.current.builders.find(one => one.name === builder?.name)
    const secret = master.options.secret ?? (() => undefined)
    try {
      return placeOfBuild(build, session, { data, secret, builder: named })
    } catch (error) {
      if (error instanceof ExpressionError)
        throw new RefusedError(`the environment of ${builder?.name}: ${error.message}`)
      throw error
    }
  }
}

// What a slave refuses, and what a lost link cuts off, is told to the person and no fault of ours.
async function saying<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof TerminalError) throw new RefusedError(error.message)
    throw error
  }
}
