// SPDX-License-Identifier: MIT
//
// ssl_roots.c - the default trust anchors: a root store in a file, the root store built into the
// firmware, or the system's PEM file, of which only an index is in memory.
//
// Notes: the source is opened and read completely once, and then shared by all contexts, each of
// which only holds a reference. A file stays open, so replacing it by another one does not affect
// the contexts that use it.
#include "binding.h"

#include <string.h>

#include "py/builtin.h"
#include "py/objstr.h"

#if defined(__unix__)
#include <stdlib.h>
#include <sys/stat.h>
#define SYSTEM_BUNDLE "/etc/ssl/certs/ca-certificates.crt"
#else
#define SYSTEM_BUNDLE ""
#endif

#if USSL_STORE
// The root store in the firmware, from make USSL_ROOTS=/path/to/roots.ussl
#ifdef USSL_ROOTS
__asm__(".pushsection .rodata.ussl_roots,\"a\"\n"
        ".balign 4\n"
        ".global ussl_roots_start\n"
        "ussl_roots_start:\n"
        ".incbin \"" USSL_ROOTS "\"\n"
        ".global ussl_roots_end\n"
        "ussl_roots_end:\n"
        ".popsection\n");
extern const uint8_t ussl_roots_start[], ussl_roots_end[];
#endif

typedef struct {
    mp_obj_base_t base;
    ussl_arena_t *arena; // counted
    ussl_store_t *store; // counted
    mp_obj_t path, file; // None for the root store in the firmware
    size_t size;         // of the file when it was opened, in bytes
    long long changed;   // its modification time at that moment, in seconds since 1970
} roots_t;

MP_REGISTER_ROOT_POINTER(mp_obj_t ussl_roots);

static mp_obj_t roots_del(mp_obj_t self_in) {
    roots_t *self = MP_OBJ_TO_PTR(self_in);
    ussl_drop_later(self->store);
    ussl_drop_later(self->arena);
    self->store = NULL;
    self->arena = NULL;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(roots_del_obj, roots_del);

static const mp_rom_map_elem_t roots_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&roots_del_obj)},
};
static MP_DEFINE_CONST_DICT(roots_locals, roots_locals_table);
static MP_DEFINE_CONST_OBJ_TYPE(
    roots_type, MP_QSTR_RootStore, MP_TYPE_FLAG_NONE, locals_dict, &roots_locals);

// ---- reading ----
typedef struct {
    roots_t *roots;
    uint32_t offset;
    uint8_t *out;
    size_t len;
    bool good;
} reading_t;

// Returns the new position, or -1 if the file cannot seek.
static mp_off_t seek_to(mp_obj_t file, mp_off_t offset, int whence) {
    struct mp_stream_seek_t seek = {.offset = offset, .whence = whence};
    int errcode = 0;
    mp_uint_t code =
        mp_get_stream(file)->ioctl(file, MP_STREAM_SEEK, (mp_uint_t)(uintptr_t)&seek, &errcode);
    return code == MP_STREAM_ERROR ? -1 : seek.offset;
}

static void read_part(void *arg) {
    reading_t *r = arg;
    int errcode = 0;
    if (seek_to(r->roots->file, (mp_off_t)r->offset, MP_SEEK_SET) < 0) {
        return;
    }
    mp_uint_t got = mp_stream_rw(r->roots->file, r->out, r->len, &errcode, MP_STREAM_RW_READ);
    r->good = errcode == 0 && got == r->len;
}

// The engine calls this during a handshake. `user` is the complement of an address; ssl_hooks.c
// gives the reason, for the owner of a connection.
static bool roots_read(void *user, uint32_t offset, uint8_t *out, size_t len) {
    reading_t reading = {(roots_t *)~(uintptr_t)user, offset, out, len, false};
    mp_obj_t error;
    ssl_try(read_part, &reading, &error);
    return error == MP_OBJ_NULL && reading.good;
}

// ---- opening ----
static roots_t *roots_new(mp_obj_t path) {
    roots_t *self = mp_obj_malloc_with_finaliser(roots_t, &roots_type);
    self->arena = NULL;
    self->store = NULL;
    self->path = path;
    self->file = mp_const_none;
    ussl_result_t result = ussl_arena_new(0, &self->arena);
    if (result != USSL_OK) {
        ssl_raise_result(result);
    }
    return self;
}

// On a port without stat(2) both results are 0, and a file never counts as changed.
static void look_at_file(const char *path, size_t *size, long long *changed) {
    *size = 0;
    *changed = 0;
#if defined(__unix__)
    struct stat st;
    if (stat(path, &st) == 0) {
        *size = (size_t)st.st_size;
        *changed = (long long)st.st_mtime;
    }
#else
    (void)path;
#endif
}

static size_t file_size(mp_obj_t file) {
    mp_off_t size = seek_to(file, 0, MP_SEEK_END);
    return size < 0 ? 0 : (size_t)size;
}

// Reads an open file as a root store or, if `pem` is set, as PEM certificates. Returns NULL if the
// file is neither, or is damaged. Its position is then the beginning, and why->reason is the reason
// or NULL. Raises MemoryError.
static roots_t *roots_open(mp_obj_t path, mp_obj_t file, bool pem, ussl_failure_t *why) {
    roots_t *self = roots_new(path);
    self->file = file;
    look_at_file(mp_obj_str_get_str(path), &self->size, &self->changed);
    ussl_store_source_t source = {.user = (void *)~(uintptr_t)self, .read = roots_read};
    source.len = file_size(file);
    uint8_t first[10] = {0};
    memset(why, 0, sizeof(*why));
    (void)(source.len >= sizeof(first) && roots_read(source.user, 0, first, sizeof(first)));
    ussl_result_t result = USSL_ERR_PARSE;
    if (ussl_is_store(first, sizeof(first))) {
        result = ussl_store_new(self->arena, &source, &self->store, why);
    } else if (USSL_PEM && pem) {
        vstr_t text;
        vstr_init_len(&text, source.len);
        if (roots_read(source.user, 0, (uint8_t *)text.buf, source.len)) {
            result = ussl_store_new_pem(self->arena, &source, text.buf, &self->store, why);
        }
        vstr_clear(&text);
    }
    if (result == USSL_ERR_MEMORY) {
        ssl_raise_result(result);
    }
    if (result != USSL_OK) {
        (void)seek_to(file, 0, MP_SEEK_SET);
    }
    return result == USSL_OK ? self : NULL;
}

// Returns NULL if there is no such file, or if it cannot be used; the caller then tries the next
// source. Prints the reason if the engine has given one.
static roots_t *try_file(const char *path) {
    ussl_failure_t why;
    if (path[0] == '\0' || mp_import_stat(path) != MP_IMPORT_STAT_FILE) {
        return NULL;
    }
    mp_obj_t name = mp_obj_new_str_from_cstr(path), file = ssl_open(name, MP_QSTR_rb);
    roots_t *roots = roots_open(name, file, true, &why);
    if (roots == NULL) {
        mp_stream_close(file);
    }
    if (roots == NULL && why.reason != NULL) {
        mp_printf(MICROPY_ERROR_PRINTER, "ssl: %s cannot be used as a root store (%s)\n", path,
            why.reason);
    }
    return roots;
}

static roots_t *roots_in_firmware(void) {
#ifdef USSL_ROOTS
    roots_t *self = roots_new(mp_const_none);
    ussl_store_source_t source = {
        .bytes = ussl_roots_start, .len = (size_t)(ussl_roots_end - ussl_roots_start)};
    ussl_failure_t why;
    if (ussl_store_new(self->arena, &source, &self->store, &why) == USSL_OK) {
        return self;
    }
    mp_printf(MICROPY_ERROR_PRINTER, "ssl: the built-in root store cannot be used (%s)\n",
        why.reason ? why.reason : "no memory");
#endif
    return NULL;
}

// As in OpenSSL, the environment variable SSL_CERT_FILE is the only source if it is set. If it
// names a file that cannot be used, there are no trust anchors.
static const char *wanted_file(bool *only) {
#if defined(__unix__)
    const char *path = getenv("SSL_CERT_FILE");
    if (path != NULL) {
        *only = true;
        return path;
    }
#endif
    *only = false;
    return USSL_ROOTS_PATH;
}

static bool is_fresh(const roots_t *roots) {
    size_t size;
    long long changed;
    if (roots->path == mp_const_none) {
        return true;
    }
    look_at_file(mp_obj_str_get_str(roots->path), &size, &changed);
    return size == roots->size && changed == roots->changed;
}

static roots_t *default_roots(void) {
    static const char *opened_for;
    bool only;
    const char *wanted = wanted_file(&only);
    roots_t *roots =
        MP_STATE_VM(ussl_roots) != MP_OBJ_NULL ? MP_OBJ_TO_PTR(MP_STATE_VM(ussl_roots)) : NULL;
    if (roots != NULL && opened_for == wanted && is_fresh(roots)) {
        return roots;
    }
    roots = try_file(wanted);
    if (roots == NULL && !only) {
        roots = roots_in_firmware();
    }
    if (roots == NULL && !only) {
        roots = try_file(SYSTEM_BUNDLE);
    }
    opened_for = wanted;
    MP_STATE_VM(ussl_roots) = roots ? MP_OBJ_FROM_PTR(roots) : MP_OBJ_NULL;
    return roots;
}

// ---- for contexts ----
mp_obj_t ssl_roots_default(void) {
    roots_t *roots = default_roots();
    return roots ? MP_OBJ_FROM_PTR(roots) : MP_OBJ_NULL;
}

ussl_result_t ssl_roots_put(ussl_trust_t *trust, mp_obj_t roots_in) {
    const roots_t *roots = MP_OBJ_TO_PTR(roots_in);
    return ussl_trust_set_store(trust, roots->store);
}

void ssl_roots_use(ssl_context_obj_t *context, mp_obj_t roots_in) {
    ussl_result_t result = ssl_roots_put(ssl_context_trust(context), roots_in);
    if (result != USSL_OK) {
        ssl_raise_result(result);
    }
    if (context->roots != MP_OBJ_NULL && context->roots != roots_in) {
        ssl_context_drop_tickets(context); // holders of tickets were verified under the old store
    } else {
        ssl_context_changed(context);
    }
    context->roots = roots_in; // this reference keeps the store's file open
}

mp_obj_t ssl_roots_from_file(mp_obj_t path, mp_obj_t file) {
    ussl_failure_t why;
    roots_t *roots = roots_open(path, file, false, &why);
    if (roots == NULL && why.reason != NULL) {
        mp_stream_close(file);
        ssl_raise_reason(1, "X509", why.reason, NULL);
    }
    return roots ? MP_OBJ_FROM_PTR(roots) : MP_OBJ_NULL;
}

size_t ssl_roots_count(const ssl_context_obj_t *context, bool only_cas) {
    const roots_t *roots = context->roots ? MP_OBJ_TO_PTR(context->roots) : NULL;
    if (roots == NULL) {
        return 0;
    }
    return only_cas ? ussl_store_ca_count(roots->store) : ussl_store_count(roots->store, NULL);
}

// ---- ssl.install_roots(path, to=USSL_ROOTS_PATH) ----
// Checks the whole new file first, and then renames it to `to`. An old file of that name stays in
// place until the rename replaces it.
static mp_obj_t ssl_install_roots(size_t n_args, const mp_obj_t *args) {
    ussl_failure_t why;
    mp_obj_t to = n_args > 1 ? args[1] : mp_obj_new_str_from_cstr(USSL_ROOTS_PATH);
    (void)mp_obj_str_get_str(to);
    mp_obj_t file = ssl_open(args[0], MP_QSTR_rb);
    roots_t *roots = roots_open(args[0], file, false, &why);
    mp_stream_close(file);
    if (roots == NULL) {
        ssl_raise_reason(1, "X509", why.reason ? why.reason : "NOT_A_ROOT_STORE", NULL);
    }
    mp_obj_t os = mp_import_name(MP_QSTR_os, mp_const_none, MP_OBJ_NEW_SMALL_INT(0));
    mp_call_function_2(mp_load_attr(os, MP_QSTR_rename), args[0], to);
    MP_STATE_VM(ussl_roots) = MP_OBJ_NULL;
    int64_t made;
    size_t count = ussl_store_count(roots->store, &made);
    mp_obj_t items[] = {mp_obj_new_int_from_uint(count), mp_obj_new_int_from_ll(made)};
    return mp_obj_new_tuple(2, items);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(ssl_install_roots_obj, 1, 2, ssl_install_roots);
#endif // USSL_STORE

// CPython's named tuple class, made by collections.namedtuple() when it is first needed.
MP_REGISTER_ROOT_POINTER(mp_obj_t ussl_verify_paths);

mp_obj_t ssl_default_verify_paths_class(void) {
    static const qstr fields[] = {MP_QSTR_cafile, MP_QSTR_capath, MP_QSTR_openssl_cafile_env,
        MP_QSTR_openssl_cafile, MP_QSTR_openssl_capath_env, MP_QSTR_openssl_capath};
    if (MP_STATE_VM(ussl_verify_paths) == MP_OBJ_NULL) {
        mp_obj_t names = mp_obj_new_list(0, NULL);
        for (size_t i = 0; i < MP_ARRAY_SIZE(fields); i++) {
            mp_obj_list_append(names, MP_OBJ_NEW_QSTR(fields[i]));
        }
        mp_obj_t module =
            mp_import_name(MP_QSTR_collections, mp_const_none, MP_OBJ_NEW_SMALL_INT(0));
        MP_STATE_VM(ussl_verify_paths) =
            mp_call_function_2(mp_load_attr(module, MP_QSTR_namedtuple),
                MP_OBJ_NEW_QSTR(MP_QSTR_DefaultVerifyPaths), names);
    }
    return MP_STATE_VM(ussl_verify_paths);
}

// Returns CPython's named tuple of default paths. Directories of certificates are not supported, so
// their fields are None. The root store in the firmware has no path.
static mp_obj_t ssl_get_default_verify_paths(void) {
    mp_obj_t values[] = {
        mp_const_none, mp_const_none, mp_const_none, mp_const_none, mp_const_none, mp_const_none};
    const char *path = SYSTEM_BUNDLE[0] ? SYSTEM_BUNDLE : USSL_ROOTS_PATH;
    values[3] = mp_obj_new_str_from_cstr(path);
#if defined(__unix__)
    const char *asked = getenv("SSL_CERT_FILE");
    path = asked ? asked : path;
    values[2] = MP_OBJ_NEW_QSTR(MP_QSTR_SSL_CERT_FILE);
#endif
    if (mp_import_stat(path) == MP_IMPORT_STAT_FILE) {
        values[0] = mp_obj_new_str_from_cstr(path);
    }
    return mp_call_function_n_kw(
        ssl_default_verify_paths_class(), MP_ARRAY_SIZE(values), 0, values);
}
MP_DEFINE_CONST_FUN_OBJ_0(ssl_get_default_verify_paths_obj, ssl_get_default_verify_paths);
