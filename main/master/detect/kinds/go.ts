import { RUNNER_OPTIONS } from '../../steps/runner-options.ts'
import { good, type Kind, shell, test } from '../detection.ts'

export const go: Kind = {
  label: 'Go',
  markers: ['go.mod'],
  language: 'Go',
  async detect(files) {
    const text = await files.read('go.mod')
    if (text === undefined) return undefined
    const because = 'there is a go.mod'
    const tested = files.names.find(name => name.endsWith('_test.go'))
    return {
      found: [good('go.mod', /^module\s+(\S+)/m.exec(text)?.[1] ?? 'a Go module')],
      steps: [
        shell('build', 'go build ./...', because),
        { ...shell('vet', 'go vet ./...', because), warnOnly: true },
        ...(tested ? [test(`go test ${RUNNER_OPTIONS.go} ./...`, `there is ${tested}`)] : []),
      ],
      tools: ['go'],
    }
  },
}
