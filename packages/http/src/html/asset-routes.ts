import { Hono } from "hono";
import type { Asset } from "./asset.ts";

export const assetRoutes = (assets: readonly Asset[]): Hono => {
  const routes = new Hono();
  for (const { path, contentType, content } of assets) {
    routes.get(path, (context) =>
      context.body(content, 200, {
        "Content-Type": contentType,
        "Cache-Control": "public, max-age=31536000, immutable",
      }),
    );
  }
  return routes;
};
