import { RUNNER_OPTIONS } from '../../steps/runner-options.ts'
import { good, type Kind, shell, test, warning } from '../detection.ts'
import { hazardOf, onlyPrints } from '../hazards.ts'

export const ruby: Kind = {
  label: 'Ruby',
  markers: ['Gemfile', 'Rakefile'],
  language: 'Ruby',
  async detect(files) {
    const marker = ruby.markers.find(files.has)
    if (!marker) return undefined
    const bundled = files.has('Gemfile')
    const run = bundled ? 'bundle exec ' : ''
    const below = (pattern: RegExp) => files.names.find(name => pattern.test(name))
    const spec = below(/^spec\/.*_spec\.rb$/)
    const plain = below(/^test\/.*(?:_test|\/test_[^/]*)\.rb$|^test\/test_[^/]*\.rb$/)
    const rakefile = (await files.read('Rakefile')) ?? ''
    // Most libraries make their default task by a name that only Ruby could tell.
    const tasks = /\btask\s*\(?\s*:?['"]?default|TestTask|\btask\s*\(?\s*:?['"]?test/.test(rakefile)
    const rails = files.has('bin/rails') && plain
    const tests = spec
      ? test(`${run}rspec ${RUNNER_OPTIONS.rspec}`, `there is ${spec}`)
      : rails
        ? test('bin/rails test', `there is ${plain}`)
        : tasks
          ? test(
              /\btask\s*\(?\s*:?['"]?default/.test(rakefile) ? `${run}rake` : `${run}rake test`,
              'there is a Rakefile',
            )
          : plain
            ? test(
                `${run}ruby -Ilib -Itest -e 'Dir["./test/**/{*_test,test_*}.rb"].each { |file| require file }'`,
                `there is ${plain}`,
              )
            : undefined
    return {
      found: [good(marker, 'a Ruby project')],
      steps: tests
        ? [...(bundled ? [shell('install', 'bundle install', 'there is a Gemfile')] : []), tests]
        : [],
      tools: ['ruby', ...(bundled ? ['bundle'] : tasks ? ['rake'] : [])],
    }
  },
}

export const perl: Kind = {
  label: 'Perl',
  markers: ['Makefile.PL', 'Build.PL', 'cpanfile', 'dist.ini'],
  language: 'Perl',
  async detect(files) {
    const marker = perl.markers.find(files.has)
    const tests = files.names.find(name => /^t\/.*\.t$/.test(name))
    if (files.has('Makefile.PL'))
      return {
        found: [good('Makefile.PL', 'a Perl distribution')],
        steps: [
          shell('configure', 'perl Makefile.PL', 'there is a Makefile.PL'),
          shell('build', 'make', 'Makefile.PL writes a Makefile'),
          test('make test TEST_VERBOSE=1', 'Makefile.PL writes a Makefile'),
        ],
        tools: ['perl', 'make'],
      }
    if (!tests) return undefined
    return {
      found: [good(marker ?? tests, 'tests for prove')],
      steps: [test(`prove ${RUNNER_OPTIONS.prove} --lib --recurse t`, `there is ${tests}`)],
      tools: ['perl', 'prove'],
    }
  },
}

export const tcl: Kind = {
  label: 'Tcl',
  markers: [],
  async detect(files) {
    const all = ['tests/all.tcl', 'test/all.tcl', 'all.tcl'].find(files.has)
    if (!all) return undefined
    return {
      found: [good(all, 'tests for tcltest')],
      steps: [test(`tclsh ${all}`, `there is a ${all}`)],
      tools: ['tclsh'],
    }
  },
}

export const php: Kind = {
  label: 'PHP',
  markers: ['composer.json'],
  language: 'PHP',
  async detect(files) {
    const text = await files.read('composer.json')
    if (text === undefined) return undefined
    const unit = ['phpunit.xml', 'phpunit.xml.dist', 'phpunit.dist.xml'].find(files.has)
    const script = readScripts(text)?.test
    const why = script === undefined ? undefined : (hazardOf(script) ?? emptyScript(script))
    return {
      found: [
        good('composer.json', 'a PHP project'),
        ...(why ? [warning('composer.json: test', `left out: it ${why}`)] : []),
      ],
      steps: [
        shell('install', 'composer install --no-interaction', 'there is a composer.json'),
        ...(script !== undefined && !why
          ? [test('composer test', 'composer.json has a test script')]
          : unit
            ? [
                test(
                  text.includes('pestphp/pest')
                    ? 'vendor/bin/pest'
                    : `vendor/bin/phpunit ${RUNNER_OPTIONS.phpunit}`,
                  `there is a ${unit}`,
                ),
              ]
            : []),
      ],
      tools: ['php', 'composer'],
    }
  },
}

function emptyScript(script: string): string | undefined {
  return onlyPrints(script) ? 'only prints' : undefined
}

function readScripts(text: string): Readonly<Record<string, string>> | undefined {
  try {
    const { scripts } = JSON.parse(text) as { scripts?: Record<string, unknown> }
    return Object.fromEntries(
      Object.entries(scripts ?? {}).map(([name, lines]) => [name, [lines].flat().join('\n')]),
    )
  } catch {
    return undefined
  }
}

export const elixir: Kind = {
  label: 'Elixir',
  markers: ['mix.exs'],
  language: 'Elixir',
  async detect(files) {
    if (!files.has('mix.exs')) return undefined
    const tests = files.names.find(name => /(?:^|\/)test\/.*_test\.exs$/.test(name))
    const because = 'there is a mix.exs'
    return {
      found: [good('mix.exs', tests ? 'an Elixir project with tests' : 'an Elixir project')],
      steps: [
        shell('install', 'mix deps.get', because),
        shell('build', 'mix compile', because),
        ...(tests ? [test('mix test', `there is ${tests}`)] : []),
      ],
      tools: ['mix'],
    }
  },
}

export const erlang: Kind = {
  label: 'Erlang',
  markers: ['rebar.config', 'erlang.mk'],
  language: 'Erlang',
  async detect(files) {
    if (files.has('erlang.mk') && files.has('Makefile'))
      return {
        found: [good('erlang.mk', 'an Erlang project')],
        steps: [
          shell('build', 'make', 'there is an erlang.mk'),
          test('make tests', 'erlang.mk has a target "tests"'),
        ],
        tools: ['make', 'erl'],
      }
    if (!files.has('rebar.config')) return undefined
    const eunit = files.names.find(name =>
      /(?:^|\/)(?:test\/.*_tests?|[^/]*_tests)\.erl$/.test(name),
    )
    const suites = files.names.find(name => /_SUITE\.erl$/.test(name))
    return {
      found: [good('rebar.config', 'an Erlang project')],
      steps: [
        shell('build', 'rebar3 compile', 'there is a rebar.config'),
        ...(eunit ? [test('rebar3 eunit', `there is ${eunit}`, 'eunit')] : []),
        ...(suites ? [test('rebar3 ct', `there is ${suites}`, 'ct')] : []),
      ],
      tools: ['rebar3'],
    }
  },
}
