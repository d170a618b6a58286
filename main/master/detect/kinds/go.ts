import { good, type Kind, shell, test } from '../detection.ts'

export const go: Kind = {
  label: 'Go',
  markers: ['go.mod'],
  async detect(files) {
    const text = await files.read('go.mod')
    if (text === undefined) return undefined
    const because = 'there is a go.mod'
    return {
      found: [good('go.mod', /^module\s+(\S+)/m.exec(text)?.[1] ?? 'a Go module')],
      steps: [
        shell('build', 'go build ./...', because),
        { ...shell('vet', 'go vet ./...', because), warnOnly: true },
        test('go test ./...', because),
      ],
      tools: ['go'],
    }
  },
}
