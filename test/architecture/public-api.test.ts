import { expect, it } from "vitest"
import { describeApi, reviewedApi } from "./public-api.ts"

it("the exported names and signatures are those of api.txt (npm run api:update, then review its diff)", () => {
  expect(describeApi()).toBe(reviewedApi())
})
