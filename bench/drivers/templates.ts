/** The statements as templates, for drivers that are called by tagged templates. */

import { statements } from "../dataset.ts"

/** What stands between the placeholders of a text, which are in order. */
export function partsOf(text: string): string[] {
  return text.split(/\$\d+/)
}

/** Each statement as what the driver takes for a template. */
export function templatesBy<T>(template: (text: string) => T): Readonly<Record<"one" | keyof typeof statements, T>> {
  const { point, catalog, mixed, insert, download, upload } = statements
  return {
    one: template("select 1 as one"),
    point: template(point.text),
    catalog: template(catalog.text),
    mixed: template(mixed.text),
    insert: template(insert.text),
    download: template(download.text),
    upload: template(upload.text),
  }
}
