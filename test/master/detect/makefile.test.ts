import { expect, test } from 'vitest'
import { readMakefile, whyNotTarget } from '../../../main/master/detect/makefile.ts'
import { findingsOf, stepsOf } from '../../helpers/detect.ts'

test('targets are read with what they need and do; the first is the goal', () => {
  const { targets, goal, includes } = readMakefile(
    [
      'CC ?= cc',
      'FLAGS := -O2',
      '.PHONY: all',
      '%.o: %.c',
      '\tcc -c $<',
      'all:: tool | out ; echo done # said',
      'tool: a.c \\',
      '  b.c',
      '',
      '\tcc -o tool a.c b.c',
      'debug: FLAGS += -g',
      'define text',
      'never: a',
      'endef',
      '-include local.mk',
    ].join('\n'),
  )
  expect([Object.fromEntries(targets), goal, includes]).toEqual([
    {
      all: { needs: ['tool', 'out'], recipe: ['echo done'] },
      tool: { needs: ['a.c', 'b.c'], recipe: ['cc -o tool a.c b.c'] },
    },
    'all',
    true,
  ])
})

test.for<[why: string, text: string, target: string, reason: string | undefined]>([
  ['prints', 'all:\n\t@echo one\n', 'all', 'only prints'],
  [
    'prints its own comments',
    'all:\n\t@grep -h "##" $(MAKEFILE_LIST) | sort\n',
    'all',
    'only prints',
  ],
  ['leads to help', 'all: help\nhelp:\n\t@cat usage.txt\n', 'all', 'only prints a help text'],
  ['does nothing', 'all:\n', 'all', 'does nothing'],
  ['needs only what is there', 'all: a.c\n', 'all', 'does nothing'],
  ['makes a file', 'all: a.o\n', 'all', undefined],
  ['does something', 'all:\n\tcc a.c\n', 'all', undefined],
  ['may be told elsewhere', 'include x.mk\nall:\n', 'all', undefined],
  [
    'installs by another target',
    'all: put\nput: a.o\n\tsudo cp a.o /usr/lib\n',
    'all',
    'runs as another user (sudo)',
  ],
])('a target that %s', ([, text, target, reason]) => {
  expect(whyNotTarget(readMakefile(text), target, name => name === 'a.c')).toBe(reason)
})

test('help in front of a Makefile is not what is built', async () => {
  const files = { Makefile: 'help:\n\t@echo "make build"\nbuild:\n\tcc a.c\ntest:\n\t./a.out\n' }
  expect(await stepsOf(files)).toEqual([
    ['build', 'make build'],
    ['test', 'make test'],
  ])
  expect(await findingsOf(files)).toContain('Makefile: help: left out: it only prints a help text')
})

test.for<[why: string, makefile: string, steps: [string, string][]]>([
  ['a goal that only cleans', 'clean:\n\trm -rf out\nall: a.o\n', [['build', 'make all']]],
  [
    'a goal and a target "all" that only print',
    'help:\n\t@echo x\nall: help\nbuild:\n\tcc a.c\n',
    [['build', 'make build']],
  ],
  [
    'a goal that another file may have',
    'include rules.mk\nclean:\n\trm a.o\n',
    [['build', 'make']],
  ],
  ['a goal that serves', 'serve:\n\t./server\n', [['build', '']]],
  [
    'a goal that puts files into the home folder',
    'all:\n\tln -s $(PWD)/vimrc ~/.vimrc\n',
    [['build', '']],
  ],
  ['tests that only print', 'all: a.o\ntest:\n\t@echo "no tests yet"\n', [['build', 'make']]],
  ['a goal that tests', 'test: a.o\n\t./a.o\n', [['test', 'make test']]],
  [
    'another name of the goal',
    '.DEFAULT_GOAL := app\nfirst:\n\techo no\napp: a.o\n',
    [['build', 'make']],
  ],
])('%s', async ([, Makefile, steps]) => {
  expect(await stepsOf({ Makefile })).toEqual(steps)
})

test('a Makefile that builds and tests by itself goes before CMake and Meson; one that calls them does not', async () => {
  const own = 'all: a.o\ntest: all\n\t./a.o\n'
  const others = { 'CMakeLists.txt': 'project(a)\n', 'meson.build': "project('a')\n" }
  expect(await stepsOf({ Makefile: own, ...others })).toEqual([
    ['build', 'make'],
    ['test', 'make test'],
  ])
  expect(await stepsOf({ Makefile: `${own}\tcmake --build x\n`, ...others })).toEqual([
    ['configure', 'meson setup build'],
    ['build', 'meson compile -C build'],
  ])
})
