// What scripts/build-page.mjs makes of src/page; page.ts says what it is.
export const renderPage: (view: never) => { html: string }
export const assets: ReadonlyMap<string, { body: string; type: string }>
