import { good, type Kind, shell, test } from '../detection.ts'

export const rust: Kind = {
  label: 'Rust',
  markers: ['Cargo.toml'],
  language: 'Rust',
  async detect(files) {
    const text = await files.read('Cargo.toml')
    if (text === undefined) return undefined
    const workspace = /^[ \t]*\[workspace\]/m.test(text)
    const flags = `${workspace ? ' --workspace' : ''}${files.has('Cargo.lock') ? ' --locked' : ''}`
    const because = 'there is a Cargo.toml'
    return {
      found: [
        good('Cargo.toml', workspace ? 'a Rust workspace' : 'a Rust package'),
        ...(files.has('Cargo.lock') ? [good('Cargo.lock', 'so --locked')] : []),
      ],
      steps: [
        shell('build', `cargo build --all-targets${flags}`, because),
        test(`cargo test${flags}`, because),
      ],
      tools: ['cargo'],
    }
  },
}
