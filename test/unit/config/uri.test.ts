import { describe, expect, test } from "vitest"
import { parseConninfo } from "../../../src/config/parse-conninfo.ts"
import { uriPrefixLength } from "../../../src/config/uri.ts"
import { ConfigError } from "../../../src/errors/client-error.ts"

describe("what a URI says", () => {
  test.each<[string, Record<string, string>]>([
    ["postgresql://", {}],
    ["postgres://", {}],
    ["postgresql:///", {}],
    ["postgresql://localhost", { host: "localhost" }],
    ["postgresql://localhost:5433", { host: "localhost", port: "5433" }],
    ["postgresql://localhost/mydb", { host: "localhost", dbname: "mydb" }],
    ["postgresql://user@localhost", { user: "user", host: "localhost" }],
    ["postgresql://user:secret@localhost", { user: "user", password: "secret", host: "localhost" }],
    [
      "postgresql://other@localhost/otherdb?connect_timeout=10&application_name=myapp",
      { user: "other", host: "localhost", dbname: "otherdb", connect_timeout: "10", application_name: "myapp" },
    ],
    // Several hosts, with and without ports.
    ["postgresql://host1:123,host2:456/somedb", { host: "host1,host2", port: "123,456", dbname: "somedb" }],
    ["postgresql://a,b:1,c", { host: "a,b,c", port: ",1," }],
    ["postgresql://,", { host: ",", port: "," }],
    ["postgresql://:1,:2", { host: ",", port: "1,2" }],
    ["postgresql://[::1]:1,b", { host: "::1,b", port: "1," }],
    // Empty parts say nothing.
    ["postgresql://@host", { host: "host" }],
    ["postgresql://:@host", { host: "host" }],
    ["postgresql://:pw@host", { password: "pw", host: "host" }],
    ["postgresql://host:/", { host: "host" }],
    ["postgresql://host?", { host: "host" }],
    ["postgresql://?user=me", { user: "me" }],
    ["postgresql://u@", { user: "u" }],
    ["postgresql://u@/db", { user: "u", dbname: "db" }],
    ["postgresql://host?application_name=", { host: "host", application_name: "" }],
    // Unix sockets.
    ["postgresql://%2Fvar%2Flib%2Fpostgresql/db", { host: "/var/lib/postgresql", dbname: "db" }],
    ["postgresql:///db?host=/var/lib/postgresql", { dbname: "db", host: "/var/lib/postgresql" }],
    ["postgresql://%2Fa,%2Fb", { host: "/a,/b", port: "," }],
    // IPv6.
    ["postgresql://[2001:db8::1234]/database", { host: "2001:db8::1234", dbname: "database" }],
    ["postgresql://[::1]", { host: "::1" }],
    ["postgresql://[::1]?user=u", { host: "::1", user: "u" }],
    ["postgresql://u@[fe80::1%25eth0]:1/", { user: "u", host: "fe80::1%eth0", port: "1" }],
    ["postgresql://[anything]", { host: "anything" }],
    // Percent-encoding, everywhere.
    ["postgresql://%68ost:%31/%64b?u%73er=%6De", { host: "host", port: "1", dbname: "db", user: "me" }],
    ["postgresql://u:p%40ss%3A%2F@h", { user: "u", password: "p@ss:/", host: "h" }],
    ["postgresql://u:%c3%A9@h", { user: "u", password: "é", host: "h" }],
    ["postgresql://é:ñ@h", { user: "é", password: "ñ", host: "h" }],
    ["postgresql://h?options=-c%20geqo%3Doff%26x", { host: "h", options: "-c geqo=off&x" }],
    ["postgresql://a%2Cb", { host: "a,b" }],
    // A plus is a plus; a hash is nothing special.
    ["postgresql://h/a+b#c", { host: "h", dbname: "a+b#c" }],
    // The first at-sign ends the credentials, unless a slash comes before it.
    ["postgresql://u:a@b@h", { user: "u", password: "a", host: "b@h" }],
    ["postgresql://h/d@b", { host: "h", dbname: "d@b" }],
    ["postgresql://u:a:b@h", { user: "u", password: "a:b", host: "h" }],
    ["postgresql://h?user=a@b", { user: "h?user=a", host: "b" }],
    ["postgresql://h/db/more", { host: "h", dbname: "db/more" }],
    // The last of equal names wins, and the query over the rest.
    ["postgresql://h/db?dbname=x&host=y&host=z", { host: "z", dbname: "x" }],
    ["postgresql://h?user=a&", { host: "h", user: "a" }],
    // Old and foreign spellings.
    ["postgresql://h?ssl=true", { host: "h", sslmode: "require" }],
    ["postgresql://h?requiressl=1", { host: "h", sslmode: "require" }],
    ["postgresql://h?requiressl=0", { host: "h", sslmode: "prefer" }],
    // Spaces around parts, as since libpq 17.
    ["postgresql:// u : p @ h / d ? user = x ", { user: "x", password: "p", host: "h", dbname: "d" }],
  ])("%s", (text, expected) => {
    expect(parseConninfo(text)).toEqual(expected)
  })
})

describe("what a URI may not be", () => {
  test.each([
    ["postgresql://[::1", /not closed \(character 14\)/],
    ["postgresql://[]", /empty \(character 14\)/],
    ["postgresql://[::1]z", /expected ":".*\(character 19\)/],
    ["postgresql://[a]b:1", /expected ":"/],
    ["postgresql://h?zzz", /no "=" \(character 16\)/],
    ["postgresql://h?user=a&&port=1", /no "="/],
    ["postgresql://h?user=a=b", /second "="/],
    ["postgresql://h?uzer=a", /unknown keyword "uzer" at character 16; did you mean "user"\?/],
    ["postgresql://h?ssl=false", /unknown keyword "ssl" at character 16$/],
    ["postgresql://u:p@h/d?sslmode=require&schema=public", /unknown keyword "schema" at character 38$/],
    ["postgresql://u:p@x/S3CRET?secret=y@h/d", /unknown keyword at character 27$/],
    ["postgresql://u:p@x?S3CRET=y", /unknown keyword at character 20$/],
    ["postgresql://h?=x", /unknown keyword/],
    ["postgresql://h?User=x", /unknown keyword/],
    ["postgresql://%", /percent-encoding/],
    ["postgresql://%1", /percent-encoding/],
    ["postgresql://%zz", /percent-encoding/],
    ["postgresql://h/%XXfoo", /percent-encoding \(character 16\)/],
    ["postgresql://a%00b", /zero byte \(%00\) is not allowed \(character 15\)/],
    ["postgresql://u:a%00b@h", /zero byte/],
    ["postgresql://h?application_name=x%00user%00admin", /zero byte/],
    ["postgresql://u:%ff@h", /not UTF-8/],
    ["postgresql://a b", /space/],
    ["postgresql://u:a b@h", /space/],
    ["postgresql://a\0b", /zero bytes/],
    // Not URIs to libpq, whose keywords have no such names.
    ["postgre://h", /a URI has to begin with postgresql/],
    ["Postgresql://h", /a URI has to begin with postgresql/],
    [" postgresql://h", /a URI has to begin with postgresql/],
  ])("%j", (text, problem) => {
    expect(() => parseConninfo(text)).toThrow(ConfigError)
    expect(() => parseConninfo(text)).toThrow(problem)
  })
})

test("knows a URI by its scheme", () => {
  expect(uriPrefixLength("postgresql://x")).toBe(13)
  expect(uriPrefixLength("postgres://x")).toBe(11)
  expect(uriPrefixLength("host=postgres://x")).toBe(0)
})
