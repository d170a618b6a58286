/** One commit of the demo project, by a person who is not there. */
export interface DemoCommit {
  readonly message: string
  readonly who: readonly [name: string, mail: string]
  readonly files: Readonly<Record<string, string>>
}

const ADA = ['Ada Lindgren', 'ada@example.org'] as const
const JONAS = ['Jonas Thiel', 'jonas@example.org'] as const
const RANA = ['رنا سالم', 'rana@example.org'] as const

const PLUS = 'plus() { echo $(($1 + $2)); }\n'
const NEGATE = 'negate() { echo $((0 - $1)); }\n'
const WRONG = 'negate() { echo "$1"; }\n'

const TEST = `#!/bin/sh
# Says how each test went in TAP, a format that Triphammer reads.
. ./calc.sh
number=0
failed=0
check() { # name, expected, found
  number=$((number + 1))
  if [ "$2" = "$3" ]; then echo "ok $number - $1"; return; fi
  failed=1
  echo "not ok $number - $1"
  echo "  ---"
  echo "  expected: $2"
  echo "  found: $3"
  echo "  ..."
}
check "adds two numbers" 5 "$(plus 2 3)"
check "adds nothing" 2 "$(plus 2 0)"
`
const TEST_NEGATE = 'check "negates a number" -7 "$(negate 7)"\n'
const TEST_END = 'echo "1..$number"\nexit $failed\n'

const BUILD = `#!/bin/sh
for part in plus negate; do
  printf '\\033[2mcompile\\033[0m %s \\033[32mok\\033[0m\\n' "$part"
  sleep 0.2
done
mkdir -p dist
cat calc.sh >dist/calc.sh
echo "bundle dist/calc.sh"
`
const LINT = `#!/bin/sh
sleep 0.3
if grep -n TODO calc.sh; then
  printf '\\033[33mwarning\\033[0m calc.sh has work that is left to do\\n' >&2
  exit 1
fi
echo "calc.sh: clean"
`
const RENDER = `#!/bin/sh
mkdir -p site
{ echo "<h1>"; head -n 1 README.md; echo "</h1>"; } >site/index.html
echo "1 page"
`
const SOAK = `#!/bin/sh
. ./calc.sh
round=0
while [ "$round" -lt "$(cat rounds)" ]; do
  round=$((round + 1))
  echo "round $round: $(plus "$round" "$round")"
  sleep 0.5
done
`

/** A story in six commits: one breaks a test, one is mended, one leaves something to do, and the last one takes its time. */
export const DEMO_COMMITS: readonly DemoCommit[] = [
  {
    message: 'Begin a calculator',
    who: ADA,
    files: {
      'README.md': 'A calculator, to look at\n',
      'calc.sh': PLUS,
      'build.sh': BUILD,
      'test.sh': TEST + TEST_END,
      'lint.sh': LINT,
      'render.sh': RENDER,
      'soak.sh': SOAK,
      rounds: '1\n',
    },
  },
  {
    message: 'Negate numbers',
    who: JONAS,
    files: { 'calc.sh': PLUS + NEGATE, 'test.sh': TEST + TEST_NEGATE + TEST_END },
  },
  { message: 'Negate faster', who: RANA, files: { 'calc.sh': PLUS + WRONG } },
  {
    message: 'Say what is left to do',
    who: ADA,
    files: { 'calc.sh': `# TODO: multiply\n${PLUS}${WRONG}` },
  },
  {
    message: 'Mend the sign of negate',
    who: RANA,
    files: { 'calc.sh': `# TODO: multiply\n${PLUS}${NEGATE}` },
  },
  {
    message: 'Multiply, and soak for two minutes',
    who: JONAS,
    files: {
      'calc.sh': `${PLUS}${NEGATE}multiply() { echo $(($1 * $2)); }\n`,
      rounds: '240\n',
    },
  },
]
