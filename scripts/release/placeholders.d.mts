export function findPlaceholders(manifest: object, packaging: object): string[]
