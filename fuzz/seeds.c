// SPDX-License-Identifier: MIT
//
// seeds.c - writes the inputs that fuzzing begins with: `seeds FOLDER`. The bytes that a client and
// a server receive are recorded with the random numbers that the targets use, so that they are
// valid for the targets up to the last record.
#include <sys/stat.h>

#include "common.h"

static const char *folder;

static void save(const char *target, const char *name, const uint8_t *data, size_t len) {
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", folder, target);
    (void)mkdir(path, 0777);
    snprintf(path, sizeof(path), "%s/%s/seed-%s", folder, target, name);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(data, 1, len, file) != len) {
        perror(path);
        exit(1);
    }
    fclose(file);
}

static void save_file(const char *target, const char *cert, int choice) {
    fuzz_file_t file = fuzz_file(cert);
    memmove(file.data + 1, file.data, file.len);
    file.data[0] = (uint8_t)choice;
    save(target, cert[0] == '.' ? "store" : cert, file.data, file.len + 1);
    free(file.data);
}

static void save_texts(void) {
    static const char ciphers[] =
        "\0ECDHE+AESGCM:!aRSA:-SHA384:+CHACHA20@SECLEVEL=2:DEFAULT:@STRENGTH";
    save("texts", "ciphers", (const uint8_t *)ciphers, sizeof(ciphers) - 1);
    fuzz_file_t file = fuzz_file("server-encrypted.key");
    const char *at = (const char *)file.data;
    uint8_t *der = NULL;
    size_t len = 0;
    ussl__scope_t scope;
    ussl_arena_t *arena;
    fuzz_start();
    if (ussl_arena_new(0, &arena) != USSL_OK) {
        abort();
    }
    ussl__scope_enter(&scope, arena);
    if (ussl__pem_next(&at, at + file.len, "ENCRYPTED PRIVATE KEY", &der, &len, NULL) != USSL_OK) {
        abort();
    }
    uint8_t *seed = malloc(len + 1);
    seed[0] = 1;
    memcpy(seed + 1, der, len);
    save("texts", "key", seed, len + 1);
    free(seed);
    ussl__free(der);
    ussl__scope_leave(&scope);
    ussl_arena_unref(arena);
    free(file.data);
}

// Saves one input for each operation, with numbers of 256 bits and the base point as the first
// point of a sum, and two inputs whose sums are exceptional.
static void save_arith(void) {
    static const char *const names[] = {"powers", "inverses", "p256", "sums", "x25519"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        uint8_t seed[132];
        for (size_t j = 0; j < sizeof(seed); j++) {
            seed[j] = (uint8_t)(j * 37 + 1);
        }
        seed[0] = (uint8_t)i;
        seed[1] = seed[34] = seed[67] = 32;
        seed[33] = 1; // the modulus is odd
        save("arith", names[i], seed, sizeof(seed));
    }
    static const uint8_t infinity[] = {3, 9, 10, 0, 0}, equal[] = {3, 9, 9, 0, 0};
    save("arith", "infinity", infinity, sizeof(infinity)); // 2 G + (the order - 2) G
    save("arith", "equal", equal, sizeof(equal));          // 2 G + 2 G
}

// ---- a recorded handshake ----
typedef struct {
    uint8_t bytes[60000];
    size_t len, read;
} wire_t;

static void move(ussl_conn_t *conn, wire_t *from, wire_t *to) {
    size_t room;
    const uint8_t *out;
    while ((out = ussl_conn_out(conn, &room)) != NULL && room > 0) {
        memcpy(to->bytes + to->len, out, room);
        to->len += room;
        ussl_conn_out_done(conn, room);
    }
    uint8_t *in = ussl_conn_in(conn, &room);
    size_t there = from->len - from->read;
    room = room < there ? room : there;
    if (in != NULL && room > 0) {
        memcpy(in, from->bytes + from->read, room);
        from->read += room;
        ussl_conn_in_done(conn, room);
    } else if (in != NULL) {
        ussl_conn_in_back(conn);
    }
}

static void record(uint16_t version) {
    static wire_t wires[2]; // to the client, to the server
    fuzz_end_t ends[2] = {0};
    uint64_t random[2];
    memset(wires, 0, sizeof(wires));
    for (int i = 0; i < 2; i++) {
        fuzz_open(&ends[i], i == 0 ? USSL_CLIENT : USSL_SERVER_SIDE, version);
        random[i] = fuzz_random;
        wires[i].bytes[wires[i].len++] = version == USSL_VERSION_TLS13;
        wires[i].read = 1;
    }
    for (int round = 0; round < 400; round++) {
        int i = round % 2;
        uint8_t plain[64];
        size_t n;
        bool done;
        fuzz_random = random[i];
        if (!ussl_conn_established(ends[i].conn)) {
            (void)ussl_conn_handshake(ends[i].conn, &done);
        } else {
            if (round > 300 && round < 303) {
                (void)ussl_conn_write(ends[i].conn, (const uint8_t *)"hello", 5, &n);
            }
            (void)ussl_conn_read(ends[i].conn, plain, sizeof(plain), &n);
        }
        random[i] = fuzz_random;
        move(ends[i].conn, &wires[i], &wires[!i]);
    }
    if (!ussl_conn_established(ends[0].conn) || !ussl_conn_established(ends[1].conn)) {
        fprintf(stderr, "seeds: no handshake\n");
        exit(1);
    }
    const char *name = version == USSL_VERSION_TLS13 ? "tls13" : "tls12";
    save("client", name, wires[0].bytes, wires[0].len);
    save("server", name, wires[1].bytes, wires[1].len);
    ussl_session_t *session = NULL;
    if (ussl_conn_session(ends[0].conn, &session) == USSL_OK) {
        if (session->data != NULL) {
            save("session", name, session->data, session->len);
        }
        ussl_session_unref(session);
    }
    fuzz_close(&ends[0]);
    fuzz_close(&ends[1]);
}

int main(int argc, char **argv) {
    static const char *const pem[] = {
        "ca.pem", "chain.pem", "odd.pem", "crl.pem", "self-signed.pem", "trusted-both.pem"};
    static const char names[] = "*.example.com\0www.example.com", address[] = "::1\0127.0.0.1";
    static const uint8_t constraints[] = {0, 29, 0x30, 27, 0xA0, 15, 0x30, 13, 0x82, 11, 'e', 'x',
        'a', 'm', 'p', 'l', 'e', '.', 'c', 'o', 'm', 0xA1, 8, 0x30, 6, 0x82, 4, 'e', 'v', 'i', 'l',
        0x30, 13, 0x82, 11, 'e', 'x', 'a', 'm', 'p', 'l', 'e', '.', 'c', 'o', 'm'};
    if (argc != 2) {
        return 2;
    }
    folder = argv[1];
    fuzz_start();
    for (size_t i = 0; i < sizeof(pem) / sizeof(pem[0]); i++) {
        save_file("load", pem[i], 0);
    }
    save_file("load", "ca.der", 1);
    save_file("load", "two-cas.der", 1);
    save_file("load", "both.pem", 2);
    save_texts();
    save_file("store", "../roots.ussl", 0);
    save_file("store", "ca.pem", 1);
    save("names", "wildcard", (const uint8_t *)names, sizeof(names) - 1);
    save("names", "address", (const uint8_t *)address, sizeof(address) - 1);
    save_arith();
    save("constraints", "dns", constraints, sizeof(constraints));
    record(USSL_VERSION_TLS12);
    record(USSL_VERSION_TLS13);
    return 0;
}
