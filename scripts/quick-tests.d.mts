export function quickTests(): string[]
