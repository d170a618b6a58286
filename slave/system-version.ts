import { readFileSync } from 'node:fs'
import { version as kernelVersion, release } from 'node:os'
import type { Fields } from './protocol/parse.ts'

/** Which system this is, in the words and numbers that a person knows: `os_pretty_name`, `os_version_id`, … */
export function readSystemVersion(platform: NodeJS.Platform = process.platform): Fields {
  try {
    if (platform === 'darwin')
      return macVersion(readFileSync('/System/Library/CoreServices/SystemVersion.plist', 'utf8'))
    if (platform === 'win32') return { os_pretty_name: kernelVersion(), os_version_id: release() }
    return osRelease(readFileSync('/etc/os-release', 'utf8'))
  } catch {
    return { os_pretty_name: kernelVersion() }
  }
}

/**
 * macOS 26.1, from the file that sw_vers reads. Node's own `os.version()` is that of the kernel:
 * "Darwin Kernel Version 25.1.0: …".
 */
export function macVersion(plist: string): Fields {
  const version = /<key>ProductVersion<\/key>\s*<string>([\d.]+)<\/string>/.exec(plist)?.[1]
  if (version === undefined) throw new Error('no version in SystemVersion.plist')
  return { os_pretty_name: `macOS ${version}`, os_version_id: version }
}

// `os_id`, `os_version_id`, `os_pretty_name`, …
function osRelease(text: string): Fields {
  return Object.fromEntries(
    text.split('\n').flatMap(line => {
      const match = /^([A-Z_]+)="?(.*?)"?$/.exec(line)
      return match && !match[1]!.endsWith('_URL')
        ? [[`os_${match[1]!.toLowerCase()}`, match[2]]]
        : []
    }),
  )
}
