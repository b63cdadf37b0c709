/**
 * Several hosts: pairs `host`, `hostaddr` and `port` as libpq does, fills in what is missing, and puts the hosts in the
 * order in which to try them. One port serves all hosts; otherwise the lists must be equally long.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-MULTIPLE-HOSTS
 */

import type { Platform } from "../base/platform.ts"
import type { Config, HostConfig } from "./config.ts"
import { hostNameProblem } from "./host-name.ts"
import { invalidSetting, parseInteger, type Settings, textOf } from "./setting.ts"

const DEFAULT_PORT = 5432
/** Where Debian and Red Hat, and PostgreSQL itself, put their sockets. */
const SOCKET_DIRECTORIES = ["/var/run/postgresql", "/tmp"]

/** The places that the settings name, without passwords. @throws ConfigError when the lists don't match. */
export function resolveHosts(settings: Settings, platform: Platform): HostConfig[] {
  const addresses = textOf(settings, "hostaddr")?.split(",")
  const names = textOf(settings, "host")?.split(",")
  const count = addresses?.length ?? names?.length ?? 1
  if (names !== undefined && names.length !== count) {
    throw invalidSetting("host", settings.get("host"), `${names.length} host names for ${count} hostaddr values`)
  }
  const ports = resolvePorts(settings, count)
  return Array.from({ length: count }, (_, i) => {
    const name = names?.[i] ?? ""
    const hostaddr = addresses?.[i] ?? ""
    const port = ports[i]!
    checkName(name, settings, platform)
    if (hostaddr !== "") {
      if (!isNumericAddress(hostaddr)) {
        throw invalidSetting("hostaddr", settings.get("hostaddr"), `number ${i + 1} is not an IP address`)
      }
      const certificateName = name === "" ? undefined : name
      return { host: name || hostaddr, hostaddr, port, isUnix: false, certificateName, passfilePassword: undefined }
    }
    const host = name || defaultHost(port, platform)
    const isUnix = isSocketPath(host, platform)
    return {
      host,
      hostaddr: undefined,
      port,
      isUnix,
      certificateName: isUnix ? undefined : host,
      passfilePassword: undefined,
    }
  })
}

function checkName(name: string, settings: Settings, platform: Platform): void {
  // The name of an abstract socket begins with an at-sign; another one comes from a password.
  if (isSocketPath(name, platform) && !/^@.*@/.test(name)) return
  const problem = hostNameProblem(name)
  if (problem !== undefined) throw invalidSetting("host", settings.get("host"), problem)
}

function resolvePorts(settings: Settings, count: number): number[] {
  const setting = settings.get("port")
  const items = textOf(settings, "port")?.split(",") ?? [""]
  if (items.length !== 1 && items.length !== count) {
    throw invalidSetting("port", setting, `${items.length} port numbers for ${count} host${count === 1 ? "" : "s"}`)
  }
  const ports = items.map((item, i) => {
    if (item === "") return DEFAULT_PORT
    const port = parseInteger(item)
    if (port !== undefined && port >= 1 && port <= 65535) return port
    const which = items.length === 1 ? "" : `number ${i + 1} `
    throw invalidSetting("port", setting, `${which}must be an integer from 1 to 65535`)
  })
  return ports.length === 1 ? new Array<number>(count).fill(ports[0]!) : ports
}

/** libpq has one directory built in. We look which one this machine has, and go by TCP when it has none. */
function defaultHost(port: number, platform: Platform): string {
  if (platform.isWindows) return "localhost"
  const [distribution, upstream] = SOCKET_DIRECTORIES
  if (platform.fileStatus(distribution!) !== undefined) return distribution!
  return platform.fileStatus(`${upstream}/.s.PGSQL.${port}`) === undefined ? "localhost" : upstream!
}

/** True for a directory where sockets are by default: the password file knows it as "localhost". */
export function isDefaultSocketDirectory(host: string): boolean {
  return SOCKET_DIRECTORIES.includes(host)
}

/** True for an absolute path and for a name in the abstract namespace. */
function isSocketPath(host: string, platform: Platform): boolean {
  if (host.startsWith("/") || host.startsWith("@")) return true
  return platform.isWindows && /^([A-Za-z]:[\\/]|\\\\)/.test(host)
}

/** The path to connect to for a host that is a directory of sockets; a leading NUL is the abstract namespace. */
export function socketPath(host: HostConfig): string {
  const path = `${host.host}/.s.PGSQL.${host.port}`
  return path.startsWith("@") ? `\0${path.slice(1)}` : path
}

/** True for what getaddrinfo takes as a numeric address. */
function isNumericAddress(text: string): boolean {
  if (text.includes(":")) return /^[0-9A-Fa-f:.]+(%[\w.-]+)?$/.test(text)
  return /^[0-9]+(\.[0-9]+){0,3}$/.test(text)
}

/** The hosts in the order to try them in this attempt. */
export function hostsInOrder(config: Config, random: () => number = Math.random): readonly HostConfig[] {
  return config.loadBalanceHosts === "random" ? shuffled(config.hosts, random) : config.hosts
}

/** A copy in random order (Fisher–Yates); serves the addresses of one host too. */
export function shuffled<T>(items: readonly T[], random: () => number = Math.random): T[] {
  const copy = [...items]
  for (let i = copy.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const item = copy[i]!
    copy[i] = copy[j]!
    copy[j] = item
  }
  return copy
}
