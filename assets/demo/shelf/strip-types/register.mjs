// Given to an older Node by --import: the example's .ts files are read without their types.
import { register } from "node:module";

register("./hooks.mjs", import.meta.url);
