// What a first release has to fill in. docs/releasing.md has the same list, with what each is for.

/** What still stands for something else in package.json and electron-builder.yml. */
export function findPlaceholders(manifest, packaging) {
  const invalid = value => /\.invalid\b/.test(String(value ?? ''))
  return [
    ...(invalid(manifest.homepage) ? ['homepage in package.json'] : []),
    ...(invalid(manifest.author?.email) ? ['author.email in package.json'] : []),
    ...(manifest.feedKeys?.length > 0 ? [] : ['feedKeys in package.json']),
    ...(invalid(packaging.publish?.url) ? ['publish.url in electron-builder.yml'] : []),
  ]
}
