import { describe, expect, test } from "vitest"
import { resolveConfig } from "../../../src/config/resolve.ts"
import { ConfigError } from "../../../src/errors/client-error.ts"
import { fakePlatform } from "./fake-platform.ts"

const resolve = (requireAuth: string | readonly string[]) =>
  resolveConfig({ requireAuth }, undefined, { platform: fakePlatform() }).requireAuth

describe("a list of methods", () => {
  test.each([
    ["password", ["password"]],
    ["md5,scram-sha-256", ["md5", "scram-sha-256"]],
    ["none", ["none"]],
    ["none,scram-sha-256", ["none", "scram-sha-256"]],
    ["gss,sspi,oauth", ["gss", "oauth", "sspi"]],
    ["!password", ["gss", "md5", "none", "oauth", "scram-sha-256", "sspi"]],
    ["!password,!md5,!none", ["gss", "oauth", "scram-sha-256", "sspi"]],
    ["!none", ["gss", "md5", "oauth", "password", "scram-sha-256", "sspi"]],
  ])("%s", (text, expected) => {
    expect([...resolve(text)!.methods].sort()).toEqual(expected)
    expect(resolve(text)!.text).toBe(text)
  })

  test.each([
    ["SCRAM-SHA-256", /number 1 in the list must be one of password, md5/],
    ["scram-sha-256-plus", /must be one of/],
    ["password, md5", /number 2/],
    ["password,", /number 2/],
    [",", /number 1/],
    ["!", /number 1/],
    ["!!password", /number 1/],
    ["password,!md5", /leading "!"/],
    ["!password,md5", /leading "!"/],
    ["md5,md5", /md5 stands in the list more than once/],
    ["!none,!none", /none stands in the list more than once/],
  ])("%s is refused", (text, problem) => {
    expect(() => resolve(text)).toThrow(ConfigError)
    expect(() => resolve(text)).toThrow(problem)
  })
})

test("an array does as well, and nothing means anything goes", () => {
  expect(resolve(["!md5", "!password"])!.text).toBe("!md5,!password")
  expect(resolve("")).toBeUndefined()
  expect(resolve([])).toBeUndefined()
  expect(() => resolve(["md5,password"])).toThrow(/comma/)
})
