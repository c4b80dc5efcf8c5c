// The build makes a file of it; nothing is imported.
declare module '*.css' {}
