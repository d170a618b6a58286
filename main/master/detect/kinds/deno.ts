import { good, type Kind, shell, test } from '../detection.ts'

export const deno: Kind = {
  label: 'Deno',
  markers: ['deno.json', 'deno.jsonc'],
  language: 'JavaScript or TypeScript',
  async detect(files) {
    const marker = deno.markers.find(files.has)
    if (!marker) return undefined
    // May hold comments, so it is not parsed.
    const text = (await files.read(marker)) ?? ''
    const has = (task: string) => new RegExp(`"tasks"[\\s\\S]*"${task}"\\s*:`).test(text)
    const tested = files.names.find(name => /(?:^|[/._])test\.[cm]?[jt]sx?$/.test(name))
    return {
      found: [good(marker, 'a Deno project')],
      steps: [
        { ...shell('lint', 'deno lint', `there is a ${marker}`), warnOnly: true },
        ...(has('build') ? [shell('build', 'deno task build', `${marker} has a build task`)] : []),
        ...(has('test')
          ? [test('deno task test', `${marker} has a test task`)]
          : tested
            ? [test('deno test --allow-all', `there is ${tested}`)]
            : []),
      ],
      tools: ['deno'],
    }
  },
}
