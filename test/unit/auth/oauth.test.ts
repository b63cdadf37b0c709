import { describe, expect, test } from "vitest"
import { resolveConfig } from "../../../src/config/resolve.ts"
import { AuthenticationError } from "../../../src/errors/client-error.ts"
import { fakePlatform } from "../config/fake-platform.ts"
import { initial, list, make, type Setup } from "./authenticator-setup.ts"

describe("OAUTHBEARER", () => {
  const begin = (setup: Setup = {}) => make(setup).respond(10, list("OAUTHBEARER"))

  test("needs a function for the token", async () => {
    const config = resolveConfig("", undefined, { platform: fakePlatform() })
    await expect(begin({ oauth: config.oauth })).rejects.toThrow(/wants a token; set oauthToken/)
  })

  test.each(["", "a b", "a\x01user=admin", "é", "=", "a=b"])("%j is no bearer token", async (oauthToken) => {
    await expect(begin({ oauthToken })).rejects.toThrow(/did not return a bearer token/)
  })

  test("tells the function what it needs to know", async () => {
    const requests: unknown[] = []
    const { oauth } = resolveConfig(
      "oauth_issuer=https://issuer oauth_client_id=id oauth_client_secret=hush oauth_scope=openid",
      {
        oauthToken: async (request) => {
          requests.push(request)
          return "abc-._~+/="
        },
      },
      { platform: fakePlatform() },
    )
    expect(initial(await begin({ oauth }))[1]).toContain("Bearer abc-._~+/=\x01")
    expect(requests).toEqual([
      {
        user: "me",
        host: "db.example.org:5432",
        issuer: "https://issuer",
        clientId: "id",
        clientSecret: "hush",
        scope: "openid",
      },
    ])
  })

  test.each([
    [
      '{"status":"invalid_token","scope":"openid"}',
      'refused the bearer token (status "invalid_token", scope "openid")',
    ],
    ["{}", "refused the bearer token"],
    ["not JSON", "refused the bearer token"],
    ["[1]", "refused the bearer token"],
    ['{"status":5}', "refused the bearer token"],
  ])("a refusal, %s, is told", async (text, message) => {
    const client = make()
    await client.respond(10, list("OAUTHBEARER"))
    const attempt = client.respond(11, Buffer.from(text))
    await expect(attempt).rejects.toThrow(message)
    await expect(attempt).rejects.toBeInstanceOf(AuthenticationError)
  })
})
