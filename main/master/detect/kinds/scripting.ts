import { good, type Kind, shell, test } from '../detection.ts'

export const ruby: Kind = {
  label: 'Ruby',
  markers: ['Gemfile', 'Rakefile'],
  async detect(files) {
    const marker = ruby.markers.find(files.has)
    if (!marker) return undefined
    const bundled = files.has('Gemfile')
    const run = bundled ? 'bundle exec ' : ''
    const below = (pattern: RegExp) => files.names.find(name => pattern.test(name))
    const spec = below(/^spec\/.*_spec\.rb$/)
    const plain = below(/^test\/.*_test\.rb$/)
    const tests = spec
      ? test(`${run}rspec`, `there is ${spec}`)
      : files.has('Rakefile')
        ? test(`${run}rake`, 'there is a Rakefile')
        : plain
          ? test(
              `${run}ruby -Ilib -Itest -e 'Dir["./test/**/*_test.rb"].each { |file| require file }'`,
              `there is ${plain}`,
            )
          : undefined
    return {
      found: [good(marker, 'a Ruby project')],
      steps: tests
        ? [...(bundled ? [shell('install', 'bundle install', 'there is a Gemfile')] : []), tests]
        : [],
      tools: ['ruby', ...(bundled ? ['bundle'] : [])],
    }
  },
}

export const perl: Kind = {
  label: 'Perl',
  markers: ['Makefile.PL', 'Build.PL', 'cpanfile', 'dist.ini'],
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
      steps: [test('prove --lib --recurse t', `there is ${tests}`)],
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
  async detect(files) {
    const text = await files.read('composer.json')
    if (text === undefined) return undefined
    const unit = ['phpunit.xml', 'phpunit.xml.dist'].find(files.has)
    const script = /"scripts"[\s\S]*"test"\s*:/.test(text)
    return {
      found: [good('composer.json', 'a PHP project')],
      steps: [
        shell('install', 'composer install --no-interaction', 'there is a composer.json'),
        ...(script
          ? [test('composer test', 'composer.json has a test script')]
          : unit
            ? [test('vendor/bin/phpunit', `there is a ${unit}`)]
            : []),
      ],
      tools: ['php', 'composer'],
    }
  },
}

export const elixir: Kind = {
  label: 'Elixir',
  markers: ['mix.exs'],
  async detect(files) {
    if (!files.has('mix.exs')) return undefined
    return {
      found: [good('mix.exs', 'an Elixir project')],
      steps: [
        shell('install', 'mix deps.get', 'there is a mix.exs'),
        test('mix test', 'there is a mix.exs'),
      ],
      tools: ['mix'],
    }
  },
}
