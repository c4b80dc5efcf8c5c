// The older majors that the mounts support are installed beside the current ones, under another name. What the tests
// use of them is the same.
declare module 'express4' {
  import express from 'express'
  export default express
}

declare module 'koa2' {
  import Koa from 'koa'
  export default Koa
}
