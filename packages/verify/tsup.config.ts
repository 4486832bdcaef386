import { configOf } from "../../tsup.base.ts";

export default configOf("index", "main");
