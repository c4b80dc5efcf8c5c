export interface paths {
    "/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is acting, and what they may choose from */
        get: operations["getSession"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A page of keys, newest first */
        get: operations["listKeys"];
        put?: never;
        /** Make a key; its token is in this answer and nowhere else */
        post: operations["issueKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One key */
        get: operations["getKey"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change name, scopes, metadata or expiry; what is left out stays */
        patch: operations["updateKey"];
        trace?: never;
    };
    "/keys/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give a key a successor; both work until the grace ends */
        post: operations["rotateKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/keys/{id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End a key and the older keys of its rotation chain for good; answered when no process accepts them */
        post: operations["revokeKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/keys/{id}/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Refuse a key until it is enabled; answered when no process accepts it */
        post: operations["disableKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/keys/{id}/enable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Accept a disabled key again */
        post: operations["enableKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/keys/{id}/chain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A key and those of its rotation chain that have not ended, oldest first */
        get: operations["getKeyChain"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/keys/{id}/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What happened to a key, newest first */
        get: operations["listKeyAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/keys/{id}/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How much a key was used, day by day, and from where */
        get: operations["getKeyUsage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What happened to all keys, newest first */
        get: operations["listAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Key: {
            id: string;
            /** @description What may be shown of the token: acme_live_4fTq… */
            hint: string;
            name: string;
            owner: string | null;
            environment: string | null;
            scopes: string[];
            /** @description Anything JSON can write, at most 4096 bytes. */
            metadata: Record<string, never>;
            /** @enum {unknown} */
            state: "scheduled" | "active" | "retiring" | "disabled" | "expired" | "retired" | "revoked";
            /** @description Counts the changes of the key; its ETag. */
            version: number;
            /** Format: date-time */
            createdAt: string;
            notBefore: string | null;
            expiresAt: string | null;
            disabledAt: string | null;
            revokedAt: string | null;
            endedAt: string | null;
            graceEndsAt: string | null;
            rotatedFrom: string | null;
            rotatedTo: string | null;
            /** @description Up to a minute behind; null when no use is recorded yet, which does not say that there was none. */
            lastUsedAt: string | null;
            lastUsedFrom: string | null;
            /**
             * @description not_recorded_yet: no use is on record, although the key was used or may have been.
             * @enum {unknown}
             */
            useStatus: "used" | "never_used" | "not_recorded_yet";
        };
        KeyPage: {
            keys: components["schemas"]["Key"][];
            /** @description The `cursor` of the page that follows; null when this is the last. */
            next: string | null;
        };
        Issued: {
            /** @description Shown this once; kept nowhere. */
            token: string;
            key: components["schemas"]["Key"];
        };
        Confirmation: {
            /** @description Whether no process accepts the old state any more. */
            confirmed: boolean;
            /** @description Processes that acknowledged. */
            acknowledged: number;
            /** @description Processes whose lease has run out instead. */
            silent: number;
            elapsedMs: number;
            /** @description Milliseconds after which no process accepts the old state in any case; null when that is not known. */
            boundMs: number | null;
        };
        Changed: {
            key: components["schemas"]["Key"];
            confirmation: components["schemas"]["Confirmation"];
        };
        ChainKey: {
            id: string;
            hint: string;
            name: string;
            /** @enum {unknown} */
            state: "scheduled" | "active" | "retiring" | "disabled" | "expired" | "retired" | "revoked";
            /** @description When the key ends by itself; null when nothing ends it, and when it has ended. */
            until: string | null;
        };
        Chain: {
            /** @description The key, and those of its chain that have not ended, oldest first. */
            keys: components["schemas"]["ChainKey"][];
        };
        Revoked: {
            key: components["schemas"]["Key"];
            confirmation: components["schemas"]["Confirmation"];
            /** @description Other keys of the rotation chain that were ended with this one, the nearest first. */
            alsoEnded: components["schemas"]["ChainKey"][];
            /** @description Keys of the rotation chain that are accepted still, oldest first. */
            stillAccepted: components["schemas"]["ChainKey"][];
        };
        Disabled: {
            key: components["schemas"]["Key"];
            confirmation: components["schemas"]["Confirmation"];
            /** @description Keys of the rotation chain that are accepted still, oldest first. */
            stillAccepted: components["schemas"]["ChainKey"][];
        };
        Rotated: {
            /** @description Shown this once; kept nowhere. */
            token: string;
            key: components["schemas"]["Key"];
            previous: components["schemas"]["Key"];
            /** @description Other keys of the rotation chain that were ended with this one, the nearest first. */
            alsoEnded: components["schemas"]["ChainKey"][];
            confirmation: components["schemas"]["Confirmation"];
        };
        AuditEntry: {
            sequence: number;
            /** Format: date-time */
            at: string;
            action: string;
            keyId: string;
            owner: string | null;
            actor: string | null;
            from: string | null;
            reason: string | null;
            version: number;
            /** @description Every field that changed. Times are RFC 3339. */
            changes: {
                [key: string]: {
                    before: unknown;
                    after: unknown;
                };
            };
        };
        AuditPage: {
            entries: components["schemas"]["AuditEntry"][];
            /** @description The `cursor` of the page that follows; null when this is the last. */
            next: string | null;
        };
        Usage: {
            days: {
                /**
                 * Format: date
                 * @description In UTC.
                 */
                day: string;
                uses: number;
            }[];
            addresses: {
                address: string;
                lastUsedAt: string | null;
            }[];
            lastUsedAt: string | null;
            lastUsedFrom: string | null;
        };
        Session: {
            actor: string;
            /** @enum {unknown} */
            view: "owner" | "operator";
            owner: string | null;
            /** @description The scopes that may be given; null when there is no list. */
            scopes: string[] | null;
            environments: string[];
            /**
             * @description Whether this session may change metadata.
             * @enum {unknown}
             */
            metadata: "read" | "write";
        };
        Problem: {
            type: string;
            title: string;
            status: number;
            code: string;
            detail: string;
            errors?: {
                field: string;
                detail: string;
            }[];
            keyId?: string;
            key?: components["schemas"]["Key"];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description `invalid_query`: A parameter of the address cannot be used. `invalid_header`: A header field cannot be used. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 400;
                        /** @enum {unknown} */
                        code?: "invalid_query" | "invalid_header";
                    };
                };
            };
            /** @description `unauthorized`: Sign in first. */
            401: {
                headers: {
                    /** @description The application signs people in. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 401;
                        /** @enum {unknown} */
                        code?: "unauthorized";
                    };
                };
            };
            /** @description `cross_site`: Another site has sent this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 403;
                        /** @enum {unknown} */
                        code?: "cross_site";
                    };
                };
            };
            /** @description `unavailable`: The console cannot answer now. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 503;
                        /** @enum {unknown} */
                        code?: "unavailable";
                    };
                };
            };
        };
    };
    listKeys: {
        parameters: {
            query?: {
                search?: string;
                state?: "scheduled" | "active" | "retiring" | "disabled" | "expired" | "retired" | "revoked";
                environment?: string;
                owner?: string;
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyPage"];
                };
            };
            /** @description `invalid_query`: A parameter of the address cannot be used. `invalid_header`: A header field cannot be used. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 400;
                        /** @enum {unknown} */
                        code?: "invalid_query" | "invalid_header";
                    };
                };
            };
            /** @description `unauthorized`: Sign in first. */
            401: {
                headers: {
                    /** @description The application signs people in. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 401;
                        /** @enum {unknown} */
                        code?: "unauthorized";
                    };
                };
            };
            /** @description `cross_site`: Another site has sent this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 403;
                        /** @enum {unknown} */
                        code?: "cross_site";
                    };
                };
            };
            /** @description `unavailable`: The console cannot answer now. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 503;
                        /** @enum {unknown} */
                        code?: "unavailable";
                    };
                };
            };
        };
    };
    issueKey: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each key and the same for each try: however often this arrives, it makes one key. */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Whose key; null states that it has no owner. Operators must give it, and others may not. */
                    owner?: string | null;
                    name?: string;
                    scopes?: string[];
                    environment?: string;
                    /** @description Anything JSON can write, at most 4096 bytes. */
                    metadata?: Record<string, never>;
                    notBefore?: string | null;
                    expiresAt?: string | null;
                    /** @description Milliseconds from now. */
                    expiresInMs?: number;
                    /** @description For the audit trail. Never a token. */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    /** @description Where the key is. */
                    Location: string;
                    /** @description The version of the key, for If-Match. */
                    ETag: string;
                    /** @description How many keys may be made, and in what time. */
                    "RateLimit-Policy": string;
                    /** @description What is left of it. */
                    RateLimit: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Issued"];
                };
            };
            /** @description `invalid_query`: A parameter of the address cannot be used. `invalid_header`: A header field cannot be used. `malformed_json`: The body is not JSON. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 400;
                        /** @enum {unknown} */
                        code?: "invalid_query" | "invalid_header" | "malformed_json";
                    };
                };
            };
            /** @description `unauthorized`: Sign in first. */
            401: {
                headers: {
                    /** @description The application signs people in. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 401;
                        /** @enum {unknown} */
                        code?: "unauthorized";
                    };
                };
            };
            /** @description `cross_site`: Another site has sent this. `scope_not_yours`: A scope that you may not give. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 403;
                        /** @enum {unknown} */
                        code?: "cross_site" | "scope_not_yours";
                    };
                };
            };
            /** @description `too_slow`: The body came too slowly. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 408;
                        /** @enum {unknown} */
                        code?: "too_slow";
                    };
                };
            };
            /** @description `already_issued`: This request has made its key already. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 409;
                        /** @enum {unknown} */
                        code?: "already_issued";
                    };
                };
            };
            /** @description `too_large`: The body is too long. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 413;
                        /** @enum {unknown} */
                        code?: "too_large";
                    };
                };
            };
            /** @description `unsupported_media_type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 415;
                        /** @enum {unknown} */
                        code?: "unsupported_media_type";
                    };
                };
            };
            /** @description `invalid_input`: Something in the body cannot be used. `idempotency_mismatch`: This Idempotency-Key came with another body before. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 422;
                        /** @enum {unknown} */
                        code?: "invalid_input" | "idempotency_mismatch";
                    };
                };
            };
            /** @description `rate_limited`: Too many keys at once. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    /** @description How many keys may be made, and in what time. */
                    "RateLimit-Policy": string;
                    /** @description What is left of it. */
                    RateLimit: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 429;
                        /** @enum {unknown} */
                        code?: "rate_limited";
                    };
                };
            };
            /** @description `unavailable`: The console cannot answer now. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 503;
                        /** @enum {unknown} */
                        code?: "unavailable";
                    };
                };
            };
        };
    };
    getKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    /** @description The version of the key, for If-Match. */
                    ETag: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Key"];
                };
            };
            /** @description `invalid_query`: A parameter of the address cannot be used. `invalid_header`: A header field cannot be used. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 400;
                        /** @enum {unknown} */
                        code?: "invalid_query" | "invalid_header";
                    };
                };
            };
            /** @description `unauthorized`: Sign in first. */
            401: {
                headers: {
                    /** @description The application signs people in. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 401;
                        /** @enum {unknown} */
                        code?: "unauthorized";
                    };
                };
            };
            /** @description `cross_site`: Another site has sent this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 403;
                        /** @enum {unknown} */
                        code?: "cross_site";
                    };
                };
            };
            /** @description `not_found`: There is nothing here. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 404;
                        /** @enum {unknown} */
                        code?: "not_found";
                    };
                };
            };
            /** @description `unavailable`: The console cannot answer now. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 503;
                        /** @enum {unknown} */
                        code?: "unavailable";
                    };
                };
            };
        };
    };
    updateKey: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag of the key that was read. */
                "If-Match": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name?: string;
                    scopes?: string[];
                    /** @description Anything JSON can write, at most 4096 bytes. */
                    metadata?: Record<string, never>;
                    expiresAt?: string | null;
                    /** @description Milliseconds from now. */
                    expiresInMs?: number;
                    /** @description For the audit trail. Never a token. */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    /** @description The version of the key, for If-Match. */
                    ETag: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Key"];
                };
            };
            /** @description `invalid_query`: A parameter of the address cannot be used. `invalid_header`: A header field cannot be used. `malformed_json`: The body is not JSON. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 400;
                        /** @enum {unknown} */
                        code?: "invalid_query" | "invalid_header" | "malformed_json";
                    };
                };
            };
            /** @description `unauthorized`: Sign in first. */
            401: {
                headers: {
                    /** @description The application signs people in. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 401;
                        /** @enum {unknown} */
                        code?: "unauthorized";
                    };
                };
            };
            /** @description `cross_site`: Another site has sent this. `scope_not_yours`: A scope that you may not give. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 403;
                        /** @enum {unknown} */
                        code?: "cross_site" | "scope_not_yours";
                    };
                };
            };
            /** @description `not_found`: There is nothing here. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 404;
                        /** @enum {unknown} */
                        code?: "not_found";
                    };
                };
            };
            /** @description `too_slow`: The body came too slowly. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 408;
                        /** @enum {unknown} */
                        code?: "too_slow";
                    };
                };
            };
            /** @description `ended`: The key has ended. `revoked`: The key is revoked. `conflict`: Others are changing this key. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 409;
                        /** @enum {unknown} */
                        code?: "ended" | "revoked" | "conflict";
                    };
                };
            };
            /** @description `stale`: The key was changed meanwhile. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 412;
                        /** @enum {unknown} */
                        code?: "stale";
                    };
                };
            };
            /** @description `too_large`: The body is too long. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 413;
                        /** @enum {unknown} */
                        code?: "too_large";
                    };
                };
            };
            /** @description `unsupported_media_type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 415;
                        /** @enum {unknown} */
                        code?: "unsupported_media_type";
                    };
                };
            };
            /** @description `invalid_input`: Something in the body cannot be used. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 422;
                        /** @enum {unknown} */
                        code?: "invalid_input";
                    };
                };
            };
            /** @description `precondition_required`: If-Match is missing. */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 428;
                        /** @enum {unknown} */
                        code?: "precondition_required";
                    };
                };
            };
            /** @description `unavailable`: The console cannot answer now. `unconfirmed`: Done, and not confirmed. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 503;
                        /** @enum {unknown} */
                        code?: "unavailable" | "unconfirmed";
                    };
                };
            };
        };
    };
    rotateKey: {
        parameters: {
            query?: never;
            header: {
                /** @description New for each key and the same for each try: however often this arrives, it makes one key. */
                "Idempotency-Key": string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description How long both keys work, in milliseconds. 0: the old key is refused everywhere when this is answered.
                     * @default 86400000
                     */
                    graceMs?: number;
                    /** @default false */
                    endOnFirstUse?: boolean;
                    expiresAt?: string | null;
                    /** @description Milliseconds from now. */
                    expiresInMs?: number;
                    /** @description For the audit trail. Never a token. */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    /** @description Where the key is. */
                    Location: string;
                    /** @description The version of the key, for If-Match. */
                    ETag: string;
                    /** @description How many keys may be made, and in what time. */
                    "RateLimit-Policy": string;
                    /** @description What is left of it. */
                    RateLimit: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rotated"];
                };
            };
            /** @description `invalid_query`: A parameter of the address cannot be used. `invalid_header`: A header field cannot be used. `malformed_json`: The body is not JSON. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 400;
                        /** @enum {unknown} */
                        code?: "invalid_query" | "invalid_header" | "malformed_json";
                    };
                };
            };
            /** @description `unauthorized`: Sign in first. */
            401: {
                headers: {
                    /** @description The application signs people in. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 401;
                        /** @enum {unknown} */
                        code?: "unauthorized";
                    };
                };
            };
            /** @description `cross_site`: Another site has sent this. `scope_not_yours`: A scope that you may not give. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 403;
                        /** @enum {unknown} */
                        code?: "cross_site" | "scope_not_yours";
                    };
                };
            };
            /** @description `not_found`: There is nothing here. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 404;
                        /** @enum {unknown} */
                        code?: "not_found";
                    };
                };
            };
            /** @description `too_slow`: The body came too slowly. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 408;
                        /** @enum {unknown} */
                        code?: "too_slow";
                    };
                };
            };
            /** @description `already_issued`: This request has made its key already. `already_rotated`: The key has a successor already. `disabled`: The key is disabled. `ended`: The key has ended. `revoked`: The key is revoked. `conflict`: Others are changing this key. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 409;
                        /** @enum {unknown} */
                        code?: "already_issued" | "already_rotated" | "disabled" | "ended" | "revoked" | "conflict";
                    };
                };
            };
            /** @description `too_large`: The body is too long. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 413;
                        /** @enum {unknown} */
                        code?: "too_large";
                    };
                };
            };
            /** @description `unsupported_media_type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 415;
                        /** @enum {unknown} */
                        code?: "unsupported_media_type";
                    };
                };
            };
            /** @description `invalid_input`: Something in the body cannot be used. `idempotency_mismatch`: This Idempotency-Key came with another body before. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 422;
                        /** @enum {unknown} */
                        code?: "invalid_input" | "idempotency_mismatch";
                    };
                };
            };
            /** @description `rate_limited`: Too many keys at once. */
            429: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    /** @description How many keys may be made, and in what time. */
                    "RateLimit-Policy": string;
                    /** @description What is left of it. */
                    RateLimit: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 429;
                        /** @enum {unknown} */
                        code?: "rate_limited";
                    };
                };
            };
            /** @description `unavailable`: The console cannot answer now. `unconfirmed`: Done, and not confirmed. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 503;
                        /** @enum {unknown} */
                        code?: "unavailable" | "unconfirmed";
                    };
                };
            };
        };
    };
    revokeKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description Keys of the rotation chain that are revoked too: older ones, successors as well, or none.
                     * @default predecessors
                     * @enum {unknown}
                     */
                    chain?: "predecessors" | "all" | "none";
                    /** @description For the audit trail. Never a token. */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    /** @description The version of the key, for If-Match. */
                    ETag: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Revoked"];
                };
            };
            /** @description `invalid_query`: A parameter of the address cannot be used. `invalid_header`: A header field cannot be used. `malformed_json`: The body is not JSON. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 400;
                        /** @enum {unknown} */
                        code?: "invalid_query" | "invalid_header" | "malformed_json";
                    };
                };
            };
            /** @description `unauthorized`: Sign in first. */
            401: {
                headers: {
                    /** @description The application signs people in. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 401;
                        /** @enum {unknown} */
                        code?: "unauthorized";
                    };
                };
            };
            /** @description `cross_site`: Another site has sent this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 403;
                        /** @enum {unknown} */
                        code?: "cross_site";
                    };
                };
            };
            /** @description `not_found`: There is nothing here. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 404;
                        /** @enum {unknown} */
                        code?: "not_found";
                    };
                };
            };
            /** @description `too_slow`: The body came too slowly. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 408;
                        /** @enum {unknown} */
                        code?: "too_slow";
                    };
                };
            };
            /** @description `conflict`: Others are changing this key. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 409;
                        /** @enum {unknown} */
                        code?: "conflict";
                    };
                };
            };
            /** @description `too_large`: The body is too long. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 413;
                        /** @enum {unknown} */
                        code?: "too_large";
                    };
                };
            };
            /** @description `unsupported_media_type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 415;
                        /** @enum {unknown} */
                        code?: "unsupported_media_type";
                    };
                };
            };
            /** @description `invalid_input`: Something in the body cannot be used. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 422;
                        /** @enum {unknown} */
                        code?: "invalid_input";
                    };
                };
            };
            /** @description `unavailable`: The console cannot answer now. `unconfirmed`: Done, and not confirmed. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 503;
                        /** @enum {unknown} */
                        code?: "unavailable" | "unconfirmed";
                    };
                };
            };
        };
    };
    disableKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description For the audit trail. Never a token. */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    /** @description The version of the key, for If-Match. */
                    ETag: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Disabled"];
                };
            };
            /** @description `invalid_query`: A parameter of the address cannot be used. `invalid_header`: A header field cannot be used. `malformed_json`: The body is not JSON. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 400;
                        /** @enum {unknown} */
                        code?: "invalid_query" | "invalid_header" | "malformed_json";
                    };
                };
            };
            /** @description `unauthorized`: Sign in first. */
            401: {
                headers: {
                    /** @description The application signs people in. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 401;
                        /** @enum {unknown} */
                        code?: "unauthorized";
                    };
                };
            };
            /** @description `cross_site`: Another site has sent this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 403;
                        /** @enum {unknown} */
                        code?: "cross_site";
                    };
                };
            };
            /** @description `not_found`: There is nothing here. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 404;
                        /** @enum {unknown} */
                        code?: "not_found";
                    };
                };
            };
            /** @description `too_slow`: The body came too slowly. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 408;
                        /** @enum {unknown} */
                        code?: "too_slow";
                    };
                };
            };
            /** @description `ended`: The key has ended. `revoked`: The key is revoked. `conflict`: Others are changing this key. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 409;
                        /** @enum {unknown} */
                        code?: "ended" | "revoked" | "conflict";
                    };
                };
            };
            /** @description `too_large`: The body is too long. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 413;
                        /** @enum {unknown} */
                        code?: "too_large";
                    };
                };
            };
            /** @description `unsupported_media_type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 415;
                        /** @enum {unknown} */
                        code?: "unsupported_media_type";
                    };
                };
            };
            /** @description `invalid_input`: Something in the body cannot be used. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 422;
                        /** @enum {unknown} */
                        code?: "invalid_input";
                    };
                };
            };
            /** @description `unavailable`: The console cannot answer now. `unconfirmed`: Done, and not confirmed. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 503;
                        /** @enum {unknown} */
                        code?: "unavailable" | "unconfirmed";
                    };
                };
            };
        };
    };
    enableKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description For the audit trail. Never a token. */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    /** @description The version of the key, for If-Match. */
                    ETag: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Changed"];
                };
            };
            /** @description `invalid_query`: A parameter of the address cannot be used. `invalid_header`: A header field cannot be used. `malformed_json`: The body is not JSON. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 400;
                        /** @enum {unknown} */
                        code?: "invalid_query" | "invalid_header" | "malformed_json";
                    };
                };
            };
            /** @description `unauthorized`: Sign in first. */
            401: {
                headers: {
                    /** @description The application signs people in. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 401;
                        /** @enum {unknown} */
                        code?: "unauthorized";
                    };
                };
            };
            /** @description `cross_site`: Another site has sent this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 403;
                        /** @enum {unknown} */
                        code?: "cross_site";
                    };
                };
            };
            /** @description `not_found`: There is nothing here. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 404;
                        /** @enum {unknown} */
                        code?: "not_found";
                    };
                };
            };
            /** @description `too_slow`: The body came too slowly. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 408;
                        /** @enum {unknown} */
                        code?: "too_slow";
                    };
                };
            };
            /** @description `ended`: The key has ended. `revoked`: The key is revoked. `conflict`: Others are changing this key. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 409;
                        /** @enum {unknown} */
                        code?: "ended" | "revoked" | "conflict";
                    };
                };
            };
            /** @description `too_large`: The body is too long. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 413;
                        /** @enum {unknown} */
                        code?: "too_large";
                    };
                };
            };
            /** @description `unsupported_media_type`: The body must be JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 415;
                        /** @enum {unknown} */
                        code?: "unsupported_media_type";
                    };
                };
            };
            /** @description `invalid_input`: Something in the body cannot be used. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 422;
                        /** @enum {unknown} */
                        code?: "invalid_input";
                    };
                };
            };
            /** @description `unavailable`: The console cannot answer now. `unconfirmed`: Done, and not confirmed. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 503;
                        /** @enum {unknown} */
                        code?: "unavailable" | "unconfirmed";
                    };
                };
            };
        };
    };
    getKeyChain: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Chain"];
                };
            };
            /** @description `invalid_query`: A parameter of the address cannot be used. `invalid_header`: A header field cannot be used. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 400;
                        /** @enum {unknown} */
                        code?: "invalid_query" | "invalid_header";
                    };
                };
            };
            /** @description `unauthorized`: Sign in first. */
            401: {
                headers: {
                    /** @description The application signs people in. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 401;
                        /** @enum {unknown} */
                        code?: "unauthorized";
                    };
                };
            };
            /** @description `cross_site`: Another site has sent this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 403;
                        /** @enum {unknown} */
                        code?: "cross_site";
                    };
                };
            };
            /** @description `not_found`: There is nothing here. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 404;
                        /** @enum {unknown} */
                        code?: "not_found";
                    };
                };
            };
            /** @description `unavailable`: The console cannot answer now. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 503;
                        /** @enum {unknown} */
                        code?: "unavailable";
                    };
                };
            };
        };
    };
    listKeyAudit: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditPage"];
                };
            };
            /** @description `invalid_query`: A parameter of the address cannot be used. `invalid_header`: A header field cannot be used. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 400;
                        /** @enum {unknown} */
                        code?: "invalid_query" | "invalid_header";
                    };
                };
            };
            /** @description `unauthorized`: Sign in first. */
            401: {
                headers: {
                    /** @description The application signs people in. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 401;
                        /** @enum {unknown} */
                        code?: "unauthorized";
                    };
                };
            };
            /** @description `cross_site`: Another site has sent this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 403;
                        /** @enum {unknown} */
                        code?: "cross_site";
                    };
                };
            };
            /** @description `not_found`: There is nothing here. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 404;
                        /** @enum {unknown} */
                        code?: "not_found";
                    };
                };
            };
            /** @description `unavailable`: The console cannot answer now. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 503;
                        /** @enum {unknown} */
                        code?: "unavailable";
                    };
                };
            };
        };
    };
    getKeyUsage: {
        parameters: {
            query?: {
                days?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Usage"];
                };
            };
            /** @description `invalid_query`: A parameter of the address cannot be used. `invalid_header`: A header field cannot be used. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 400;
                        /** @enum {unknown} */
                        code?: "invalid_query" | "invalid_header";
                    };
                };
            };
            /** @description `unauthorized`: Sign in first. */
            401: {
                headers: {
                    /** @description The application signs people in. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 401;
                        /** @enum {unknown} */
                        code?: "unauthorized";
                    };
                };
            };
            /** @description `cross_site`: Another site has sent this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 403;
                        /** @enum {unknown} */
                        code?: "cross_site";
                    };
                };
            };
            /** @description `not_found`: There is nothing here. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 404;
                        /** @enum {unknown} */
                        code?: "not_found";
                    };
                };
            };
            /** @description `unavailable`: The console cannot answer now. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 503;
                        /** @enum {unknown} */
                        code?: "unavailable";
                    };
                };
            };
        };
    };
    listAudit: {
        parameters: {
            query?: {
                owner?: string;
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditPage"];
                };
            };
            /** @description `invalid_query`: A parameter of the address cannot be used. `invalid_header`: A header field cannot be used. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 400;
                        /** @enum {unknown} */
                        code?: "invalid_query" | "invalid_header";
                    };
                };
            };
            /** @description `unauthorized`: Sign in first. */
            401: {
                headers: {
                    /** @description The application signs people in. */
                    "WWW-Authenticate": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 401;
                        /** @enum {unknown} */
                        code?: "unauthorized";
                    };
                };
            };
            /** @description `cross_site`: Another site has sent this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 403;
                        /** @enum {unknown} */
                        code?: "cross_site";
                    };
                };
            };
            /** @description `unavailable`: The console cannot answer now. */
            503: {
                headers: {
                    /** @description Seconds. */
                    "Retry-After": string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @constant */
                        status?: 503;
                        /** @enum {unknown} */
                        code?: "unavailable";
                    };
                };
            };
        };
    };
}
