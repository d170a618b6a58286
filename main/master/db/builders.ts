import { maskAddresses } from '../git/address.ts'
import type { Builder, BuilderId, Project } from '../model.ts'
import type { Database, Row } from './database.ts'
import { readTexts } from './json.ts'

export type BuilderFacts = Pick<
  Builder,
  'name' | 'project' | 'description' | 'tags' | 'slaves' | 'position'
> &
  Partial<Pick<Builder, 'monitor'>>

const SELECT = 'SELECT * FROM builders'

/** Adds the builder, or brings the row of that name up to date and makes it active again. */
export function saveBuilder(db: Database, facts: BuilderFacts): void {
  db.run(
    `INSERT INTO builders (name, project, description, tags, slaves, active, position, monitor)
     VALUES (?, ?, ?, ?, ?, 1, ?, ?)
     ON CONFLICT (name) DO UPDATE SET project = excluded.project, description = excluded.description,
       tags = excluded.tags, slaves = excluded.slaves, active = 1, position = excluded.position,
       monitor = excluded.monitor`,
    facts.name,
    facts.project,
    facts.description,
    JSON.stringify(facts.tags),
    JSON.stringify(facts.slaves),
    facts.position,
    facts.monitor ?? null,
  )
}

export function deactivateBuilder(db: Database, id: BuilderId): void {
  db.run('UPDATE builders SET active = 0 WHERE id = ?', id)
}

export function listBuilders(db: Database): Builder[] {
  return db.all(`${SELECT} ORDER BY active DESC, position, id`).map(toBuilder)
}

export function findBuilder(db: Database, id: BuilderId): Builder | undefined {
  const row = db.get(`${SELECT} WHERE id = ?`, id)
  return row && toBuilder(row)
}

export function findBuilderByName(db: Database, name: string): Builder | undefined {
  const row = db.get(`${SELECT} WHERE name = ?`, name)
  return row && toBuilder(row)
}

function toBuilder(row: Row): Builder {
  return {
    id: row.id as BuilderId,
    name: row.name as string,
    project: row.project as string,
    description: row.description as string,
    tags: readTexts(row.tags),
    slaves: readTexts(row.slaves),
    active: row.active === 1,
    position: row.position as number,
    monitor: row.monitor as string | null,
  }
}

export type ProjectRow = Omit<Project, 'source'>

export function saveProject(db: Database, project: Omit<ProjectRow, 'active'>): void {
  db.run(
    `INSERT INTO projects (name, repository, branches, active) VALUES (?, ?, ?, 1)
     ON CONFLICT (name) DO UPDATE SET repository = excluded.repository, branches = excluded.branches, active = 1`,
    project.name,
    maskAddresses(project.repository),
    JSON.stringify(project.branches),
  )
}

export function deactivateProject(db: Database, name: string): void {
  db.run('UPDATE projects SET active = 0 WHERE name = ?', name)
}

export function listProjects(db: Database): ProjectRow[] {
  return db.all('SELECT * FROM projects ORDER BY active DESC, id').map(row => ({
    name: row.name as string,
    repository: row.repository as string,
    branches: readTexts(row.branches),
    active: row.active === 1,
  }))
}
