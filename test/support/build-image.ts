/**
 * Builds a container image out of the embedded programs, for machines that reach no image registry: PostgreSQL, the
 * system libraries it loads, a static busybox as shell and tools, and an entrypoint like the official image's.
 *
 *   node test/support/build-image.ts pgline-postgres:{version} 18 14
 */

import { execFile, spawn } from "node:child_process"
import { chmod, copyFile, cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { type PostgresBinaries, postgresBinaries, postgresVersions } from "./postgres-binaries.ts"

const run = promisify(execFile)

/** Where the programs lie in the image. */
const prefix = "/usr/local/pgsql"
const entrypoint = "/usr/local/bin/docker-entrypoint.sh"

/** What the entrypoint and the tests call. */
const tools = "cat chmod chown echo id ls mkdir printf rm sed sh sleep su test tr".split(" ")

const configuration: readonly string[] = [
  `ENV PATH=${prefix}/bin:/usr/local/bin:/bin`,
  "ENV PGDATA=/var/lib/postgresql/data",
  "EXPOSE 5432",
  `ENTRYPOINT ["${entrypoint}"]`,
  'CMD ["postgres"]',
]

/** The system's libraries a program is linked with, the loader among them. */
async function systemLibraries(program: string): Promise<string[]> {
  const { stdout } = await run("ldd", [program])
  const paths = stdout.split("\n").map((line) => /(?:=> )?(\/\S+) \(0x/.exec(line)?.[1])
  return paths.filter((path) => path !== undefined && !path.startsWith(tmpdir())) as string[]
}

/** Fills an empty directory with the image's files. */
async function fillRoot(binaries: PostgresBinaries, root: string): Promise<void> {
  for (const directory of ["bin", "etc", "tmp", "var/run/postgresql", "var/lib/postgresql", "usr/local/bin"]) {
    await mkdir(join(root, directory), { recursive: true })
  }
  await chmod(root, 0o755)
  await chmod(join(root, "tmp"), 0o1777)
  await chmod(join(root, "var/run/postgresql"), 0o1777)
  await cp(binaries.directory, join(root, prefix), { recursive: true, verbatimSymlinks: true })
  for (const library of await systemLibraries(join(binaries.directory, "bin", "postgres"))) {
    await mkdir(dirname(join(root, library)), { recursive: true })
    await copyFile(library, join(root, library))
  }
  await copyFile("/bin/busybox", join(root, "bin/busybox"))
  for (const tool of tools) {
    await symlink("busybox", join(root, "bin", tool))
  }
  await writeFile(join(root, "etc/passwd"), "root:x:0:0::/:/bin/sh\npostgres:x:999:999::/var/lib/postgresql:/bin/sh\n")
  await writeFile(join(root, "etc/group"), "root:x:0:\npostgres:x:999:\n")
  await copyFile(fileURLToPath(new URL("image-entrypoint.sh", import.meta.url)), join(root, entrypoint))
  await chmod(join(root, entrypoint), 0o755)
}

/** Hands the directory to the Docker daemon as an image. */
async function importImage(root: string, tag: string): Promise<void> {
  const tar = spawn("tar", ["-C", root, "--numeric-owner", "--owner=0", "--group=0", "-c", "."], {
    stdio: ["ignore", "pipe", "inherit"],
  })
  const changes = configuration.flatMap((line) => ["--change", line])
  const docker = spawn("docker", ["import", ...changes, "-", tag], { stdio: [tar.stdout, "inherit", "inherit"] })
  const code = await new Promise((resolve, reject) => {
    docker.once("exit", resolve)
    docker.once("error", reject)
  })
  if (code !== 0) {
    throw new Error(`docker import of ${tag} ended with ${code}`)
  }
}

const [tag, ...names] = process.argv.slice(2)
const versions = postgresVersions.filter((version) => names.includes(String(version)))
if (!tag?.includes("{version}") || versions.length === 0) {
  throw new Error("usage: build-image.ts NAME:{version} VERSION…")
}
for (const version of versions) {
  const root = await mkdtemp(join(tmpdir(), "pgline-image-"))
  try {
    await fillRoot(await postgresBinaries(version), root)
    await importImage(root, tag.replaceAll("{version}", String(version)))
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}
