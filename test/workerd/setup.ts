// The test runner brings Node's modules into the worker. A worker without the nodejs_compat flag has none.
Object.defineProperty(process, 'getBuiltinModule', { value: undefined, configurable: true })
