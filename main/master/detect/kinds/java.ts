import { good, type Kind, shell, test } from '../detection.ts'
import type { RepositoryFiles } from '../files.ts'

export const maven: Kind = {
  label: 'Maven',
  markers: ['pom.xml'],
  language: 'a language of the JVM',
  async detect(files) {
    if (!files.has('pom.xml')) return undefined
    const wrapped = files.has('mvnw')
    return {
      found: [good('pom.xml', wrapped ? 'with its own mvnw' : 'a Maven project')],
      steps: [test(`${wrapped ? './mvnw' : 'mvn'} --batch-mode verify`, 'there is a pom.xml')],
      tools: wrapped ? ['java'] : ['java', 'mvn'],
    }
  },
}

export const gradle: Kind = {
  label: 'Gradle',
  markers: ['build.gradle', 'build.gradle.kts'],
  language: 'a language of the JVM',
  async detect(files) {
    const script = gradle.markers.find(files.has)
    if (!script) return undefined
    const wrapped = files.has('gradlew')
    return {
      found: [good(script, wrapped ? 'with its own gradlew' : 'a Gradle project')],
      steps: [
        test(`${wrapped ? './gradlew' : 'gradle'} --no-daemon build`, `there is a ${script}`),
      ],
      tools: wrapped ? ['java'] : ['java', 'gradle'],
    }
  },
}

export const ant: Kind = {
  label: 'Ant',
  markers: ['build.xml'],
  language: 'a language of the JVM',
  async detect(files) {
    const text = await files.read('build.xml')
    if (text === undefined) return undefined
    const target = /<target\s[^>]*name="(test|check)"/.exec(text)?.[1]
    return {
      found: [good('build.xml', target ? `with a target "${target}"` : 'with its default target')],
      steps: [
        target
          ? test(`ant ${target}`, `build.xml has a target "${target}"`)
          : shell('build', 'ant', 'there is a build.xml'),
      ],
      tools: ['java', 'ant'],
    }
  },
}

export const sbt: Kind = {
  label: 'Scala',
  markers: ['build.sbt'],
  language: 'a language of the JVM',
  async detect(files) {
    if (!files.has('build.sbt')) return undefined
    return {
      found: [good('build.sbt', 'a project for sbt')],
      steps: [
        shell('build', 'sbt -batch Test/compile', 'there is a build.sbt'),
        test('sbt -batch test', 'there is a build.sbt'),
      ],
      tools: ['java', 'sbt'],
    }
  },
}

export const leiningen: Kind = {
  label: 'Clojure',
  markers: ['project.clj'],
  language: 'a language of the JVM',
  async detect(files) {
    if (!files.has('project.clj')) return undefined
    const tests = files.names.find(name => /^test\/.*\.clj[cs]?$/.test(name))
    return {
      found: [good('project.clj', 'a Clojure project')],
      steps: [
        shell('build', 'lein compile', 'there is a project.clj'),
        ...(tests ? [test('lein test', `there is ${tests}`)] : []),
      ],
      tools: ['java', 'lein'],
    }
  },
}

/** Sources without a build tool. */
export const plainJava: Kind = {
  label: 'Java',
  markers: [],
  async detect(files) {
    const sources = files.names.filter(name => name.endsWith('.java'))
    if (sources.length === 0) return undefined
    const tests = await runnableTest(files, sources)
    return {
      found: [good(sources[0]!, 'Java sources, and no build tool')],
      steps: [
        shell(
          'build',
          "javac -d build/classes $(git ls-files '*.java')",
          'there are Java sources and no build tool',
        ),
        ...(tests
          ? [test(`java -ea -cp build/classes ${tests.name}`, `${tests.file} has a main`)]
          : []),
      ],
      tools: ['javac'],
    }
  },
}

// Reads only what is called like a test.
async function runnableTest(files: RepositoryFiles, sources: readonly string[]) {
  for (const file of sources.filter(name => /Tests?\.java$/.test(name)).slice(0, 20)) {
    const text = (await files.read(file)) ?? ''
    if (!/\bstatic\s+void\s+main\b/.test(text)) continue
    const inside = /^[ \t]*package\s+([\w.]+)\s*;/m.exec(text)?.[1]
    const name = file.slice(file.lastIndexOf('/') + 1, -'.java'.length)
    return { file, name: inside ? `${inside}.${name}` : name }
  }
  return undefined
}
