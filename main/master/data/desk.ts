import type { ConfigStatus } from '../config/status.ts'
import * as builders from '../db/builders.ts'
import type { Database } from '../db/database.ts'
import type { Builder, BuilderId, Project, SourceState } from '../model.ts'
import type { Mq } from '../mq/mq.ts'
import type { Update } from './unit.ts'

/** Builders and projects: what the configuration names, with how it fares right now. */
export function deskData(db: Database, update: Update, mq: Mq) {
  // How a repository fares is of this moment and not worth a row.
  const sources = new Map<string, SourceState>()
  let configStatus: ConfigStatus | undefined

  return {
    builders: () => builders.listBuilders(db),
    builder: (id: BuilderId) => builders.findBuilder(db, id),
    builderByName: (name: string) => builders.findBuilderByName(db, name),
    projects: (): Project[] => builders.listProjects(db).map(withSource),

    /** Makes these the active builders; those that are left out keep their history. */
    saveBuilders(facts: readonly builders.BuilderFacts[]): Builder[] {
      return update(announce => {
        const before = new Map(builders.listBuilders(db).map(b => [b.name, JSON.stringify(b)]))
        const names = new Set(facts.map(builder => builder.name))
        for (const builder of facts) builders.saveBuilder(db, builder)
        for (const builder of builders.listBuilders(db))
          if (builder.active && !names.has(builder.name)) builders.deactivateBuilder(db, builder.id)
        const after = builders.listBuilders(db)
        for (const builder of after)
          if (before.get(builder.name) !== JSON.stringify(builder))
            announce('builder/changed', builder)
        return after.filter(builder => builder.active)
      })
    },

    saveProjects(projects: readonly Omit<builders.ProjectRow, 'active'>[]): void {
      update(announce => {
        const names = new Set(projects.map(project => project.name))
        for (const project of projects) builders.saveProject(db, project)
        for (const project of builders.listProjects(db))
          if (project.active && !names.has(project.name))
            builders.deactivateProject(db, project.name)
        for (const project of builders.listProjects(db))
          announce('project/changed', withSource(project))
      })
    },

    setSourceState(project: string, state: SourceState): void {
      sources.set(project, state)
      const row = builders.listProjects(db).find(({ name }) => name === project)
      // Of this moment, like the state itself: nothing has to be stored first.
      if (row) mq.publish('project/changed', withSource(row))
    },

    configStatus: () => configStatus,
    setConfigStatus(status: ConfigStatus): void {
      configStatus = status
      mq.publish('config/changed', status)
    },
  }

  function withSource(project: builders.ProjectRow): Project {
    return { ...project, source: sources.get(project.name) ?? { state: 'unknown' } }
  }
}
