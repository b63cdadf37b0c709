/**
 * Which password goes to which host: the one that was given (or the function that has it), else the password file's
 * line for the host. An empty password counts as none, as in libpq.
 */

import type { Config, HostConfig } from "./config.ts"

/**
 * A function that gives the password for one host, asked once per attempt and only when the server wants one.
 * @param onFile is told when it is the password file's
 */
export function passwordFor(
  config: Config,
  host: HostConfig,
  onFile: () => void = () => {},
): () => Promise<string | undefined> {
  return async () => {
    const given = await config.password?.()
    if (given) return given
    if (host.passfilePassword !== undefined) onFile()
    return host.passfilePassword?.()
  }
}
