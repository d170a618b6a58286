import type { ElasticConfig } from '../../config/elastic.ts'
import { dockerEngine } from './docker.ts'
import type { Engine, EngineOptions } from './engine.ts'
import { kubernetesEngine } from './kubernetes.ts'
import { sshEngine } from './ssh.ts'

/** What starts the machines of a slave. */
export function createEngine(config: ElasticConfig, options: EngineOptions): Engine {
  switch (config.kind) {
    case 'docker':
      return dockerEngine(config, options)
    case 'ssh':
      return sshEngine(config, options)
    case 'kubernetes':
      return kubernetesEngine(config, options)
  }
}
