import type { Plugin } from 'vite'

export function workersAsChunks(): Plugin
