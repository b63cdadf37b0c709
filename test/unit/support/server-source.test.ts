import { afterEach, describe, expect, it, vi } from "vitest"
import { serverSource, testVersions } from "../../support/server-source.ts"

afterEach(() => {
  vi.unstubAllEnvs()
})

describe("where test servers come from", () => {
  it("is the embedded 18 when nothing is said", () => {
    vi.stubEnv("PGLINE_TEST_SERVERS", "")
    vi.stubEnv("PGLINE_TEST_VERSIONS", "")
    expect(serverSource()).toBe("embedded")
    expect(testVersions()).toEqual([18])
  })

  it("is what the environment says", () => {
    vi.stubEnv("PGLINE_TEST_SERVERS", "postgresql://me:x@db.example:5433/tests")
    vi.stubEnv("PGLINE_TEST_VERSIONS", "14, 18,16")
    expect(String(serverSource())).toBe("postgresql://me:x@db.example:5433/tests")
    expect(testVersions()).toEqual([14, 18, 16])
    vi.stubEnv("PGLINE_TEST_SERVERS", "containers")
    expect(serverSource()).toBe("containers")
  })

  it("is refused when it cannot be meant", () => {
    vi.stubEnv("PGLINE_TEST_SERVERS", "docker")
    expect(serverSource).toThrow('must be "embedded", "containers" or a postgres:// URL')
    vi.stubEnv("PGLINE_TEST_VERSIONS", "18,13")
    expect(testVersions).toThrow("names 13; known are 14, 15, 16, 17, 18")
  })
})
