/// <reference path="../node_modules/node-pty/node-pty.d.ts" />

// The prebuilt redistribution names its types by its own name; we import it as node-pty.
declare module 'node-pty' {
  export * from '@lydell/node-pty'
}
