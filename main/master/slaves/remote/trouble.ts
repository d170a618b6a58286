import type { DialError } from '../../../../slave/protocol/dial.ts'
import { localNetworkHint } from '../../../../slave/protocol/local-network.ts'
import type { AttachProblem, AttachTrouble } from './attach.ts'

export function trouble(problem: AttachProblem, message: string, nextStep: string): AttachTrouble {
  return { ok: false, problem, message, nextStep }
}

/** Tells why a slave can't be reached, for a person who knows no TLS, with what to do next. */
export function explainDial(error: DialError, address: string): AttachTrouble {
  const host = address.replace(/:\d+$/, '')
  switch (error.problem) {
    case 'name':
      return trouble(
        'name',
        `No machine called "${host}" is known here.`,
        'Check the spelling, or type the IP address that the slave shows.',
      )
    case 'refused':
      return trouble(
        'refused',
        `${host} is there, but nothing listens at ${address}.`,
        'Start the slave there with "triphammer slave --listen", and type the port that it shows.',
      )
    case 'timeout':
      return trouble(
        'timeout',
        `${address} does not answer.`,
        'Is that machine on and in this network? A firewall on it may drop what comes to this port: let it through.',
      )
    case 'unreachable':
      return trouble(
        'unreachable',
        `There is no way from here to ${host}.`,
        `Check that both machines are in one network, or that the VPN between them is up.${localNetworkHint()}`,
      )
    case 'tls':
      return trouble(
        'tls',
        `${address} does not encrypt as a slave does.`,
        'Something else may use that port. Type the port that "triphammer slave --listen" shows.',
      )
    case 'fingerprint':
      return trouble(
        'fingerprint',
        `${address} is not the slave that was there before: its fingerprint is another one.`,
        'If the slave was set up anew, pair with it again. If not, somebody may be listening in: do not go on.',
      )
    case 'answer':
      if (error.status === 401)
        return trouble(
          'taken',
          `The slave at ${address} does not know this master's key.`,
          'It was paired with another master, or told to forget this one. Pair with it again.',
        )
      return notASlave(address)
    case 'other':
      return trouble(
        'other',
        `${address} could not be reached: ${error.message}.`,
        'Look at what the slave shows in its own window, and try again.',
      )
  }
}

export function notASlave(address: string): AttachTrouble {
  return trouble(
    'not-a-slave',
    `What answers at ${address} is not a Triphammer slave.`,
    'Type the address and port that "triphammer slave --listen" shows on that machine.',
  )
}
