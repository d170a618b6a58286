import { expect, test } from 'vitest'
import { shell, test as testing } from '../../main/master/detect/detection.ts'
import { forWindows } from '../../main/master/detect/for-windows.ts'

const detection = (...steps: ReturnType<typeof shell>[]) => ({
  found: [],
  steps,
  tools: ['java', 'python3'],
})

test.each([
  ['./gradlew --no-daemon build', 'gradlew.bat --no-daemon build'],
  ['./mvnw verify', 'mvnw.cmd verify'],
  ['python3 -m venv .venv\npython3 -m pytest', 'py -3 -m venv .venv\npy -3 -m pytest'],
  ['npm ci && npm test', 'npm ci && npm test'],
  ['go test ./...', 'go test ./...'],
])('%j is proposed as %j on Windows', (text, proposed) => {
  const { steps, found, tools } = forWindows(detection(shell('build', text, 'so')))
  expect([steps[0]!.text, found, tools]).toEqual([proposed, [], ['java', 'py']])
})

test.each([
  './configure && make',
  'javac $(git ls-files *.java)',
  "ruby -e 'p 1'",
  'sh test.sh',
  'A=1 make',
  'make > /dev/null',
])('of %j a person is told that cmd.exe does not know it', text => {
  const { steps, found } = forWindows(detection(testing(text, 'so')))
  expect([steps[0]!.text, found.map(({ what, tone }) => [what, tone])]).toEqual([
    text,
    [['"test" is written for a shell of the Unix kind', 'warning']],
  ])
})

test('bash is told to be that of WSL', () => {
  const step = { ...shell('ci', 'make', 'so'), program: ['bash', '-e', '-c'] }
  expect(forWindows(detection(step)).found.map(({ what }) => what)).toEqual(['"ci" needs bash'])
})
