/** What an application says of the way in: the same words whichever controller, gateway or mesh it lands behind. */
import { z } from "zod";
import { name } from "./primitives.ts";

const path = z.string().startsWith("/");
const headerName = z.string().regex(/^[A-Za-z0-9-]+$/, "a header name");
const headerValue = z.string().regex(/^[ -~]+$/, "one line of printable ASCII");
const perPeriod = z.int().min(1).max(1_000_000);
const origin = z
  .string()
  .regex(/^(\*|https?:\/\/[a-z0-9.-]+(:\d+)?)$/, "an origin such as https://app.example.com, or *");

export const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;

/** Other sites whose pages may call this route. */
export const cors = z.strictObject({
  origins: z.array(origin).min(1),
  /** @default all of them */
  methods: z.array(z.enum(METHODS)).min(1).optional(),
  /** Request headers that such a page may set. @default Authorization and Content-Type */
  headers: z.array(headerName).min(1).optional(),
  /** Whether cookies go along. @default false */
  credentials: z.boolean().optional(),
  /** How long a browser may remember the answer. @default 600 */
  maxAgeSeconds: z.int().min(1).max(86_400).optional(),
});

/** A path that leads to a web tier, and what is done on the way. */
export const route = z.strictObject({
  /** Path prefix. */
  path,
  /** Prefix under the edge's host: `api` makes it `api.shop.example.com`. @default the edge's host itself */
  host: name.optional(),
  /** Requests of one client address; those above are answered 429. Each replica of the edge counts for itself. */
  rateLimit: z
    .strictObject({ perMinute: perPeriod.optional(), perHour: perPeriod.optional() })
    .refine((value) => value.perMinute !== undefined || value.perHour !== undefined, "perMinute, perHour or both")
    .optional(),
  /** How long an answer may take. @default the controller's own */
  timeoutSeconds: z.int().min(1).max(3600).optional(),
  /** Further tries where the tier could not be reached; a request that it has seen is never sent twice. @default none */
  retries: z.int().min(1).max(10).optional(),
  /** Connections that stay open, idle for up to an hour. @default false */
  websockets: z.boolean().optional(),
  cors: cors.optional(),
  /** Response headers of this route, laid over those of the application's `edge.headers`. */
  responseHeaders: z.record(headerName, headerValue).optional(),
});

export const ROUTE_FORMS = "a path such as /api, a mapping with path, or a list of those";
export const routes = z.union([path, route, z.array(z.union([path, route], ROUTE_FORMS)).min(1)], ROUTE_FORMS);

const header = z.union([headerValue, z.literal(false)], "a text, or false for none").optional();

/** What holds for every route to the application's tiers. */
export const applicationEdge = z.strictObject({
  /** Security headers of every response. */
  headers: z
    .strictObject({
      /** @default max-age=31536000; includeSubDomains */
      strictTransportSecurity: header,
      /** @default SAMEORIGIN */
      frameOptions: header,
      /** @default nosniff */
      contentTypeOptions: header,
      /** @default strict-origin-when-cross-origin */
      referrerPolicy: header,
      /** @default default-src 'self'; base-uri 'self'; frame-ancestors 'self'; object-src 'none' */
      contentSecurityPolicy: header,
    })
    .optional(),
  /** Whether plain HTTP is answered with a redirect. @default true */
  redirectHttps: z.boolean().optional(),
});

export type RouteInput = z.output<typeof route>;
export type RateLimit = NonNullable<RouteInput["rateLimit"]>;
export type ApplicationEdge = z.output<typeof applicationEdge>;
