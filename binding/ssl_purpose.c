// SPDX-License-Identifier: MIT
//
// ssl_purpose.c - the class ssl.Purpose, whose two members are named tuples, as in CPython.
#include "binding.h"

#include "py/objtuple.h"

static const qstr purpose_fields[] = {
    MP_QSTR_nid, MP_QSTR_shortname, MP_QSTR_longname, MP_QSTR_oid};
static const MP_DEFINE_STR_OBJ(server_name_obj, "TLS Web Server Authentication");
static const MP_DEFINE_STR_OBJ(client_name_obj, "TLS Web Client Authentication");
static const MP_DEFINE_STR_OBJ(server_oid_obj, "1.3.6.1.5.5.7.3.1");
static const MP_DEFINE_STR_OBJ(client_oid_obj, "1.3.6.1.5.5.7.3.2");
MP_DEFINE_ATTRTUPLE(ssl_purpose_server_obj, purpose_fields, 4, MP_ROM_INT(129),
    MP_ROM_QSTR(MP_QSTR_serverAuth), MP_ROM_PTR(&server_name_obj), MP_ROM_PTR(&server_oid_obj));
static MP_DEFINE_ATTRTUPLE(purpose_client_obj, purpose_fields, 4, MP_ROM_INT(130),
    MP_ROM_QSTR(MP_QSTR_clientAuth), MP_ROM_PTR(&client_name_obj), MP_ROM_PTR(&client_oid_obj));

static const mp_rom_map_elem_t purpose_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR_SERVER_AUTH), MP_ROM_PTR(&ssl_purpose_server_obj)},
    {MP_ROM_QSTR(MP_QSTR_CLIENT_AUTH), MP_ROM_PTR(&purpose_client_obj)},
};
static MP_DEFINE_CONST_DICT(purpose_locals, purpose_locals_table);
MP_DEFINE_CONST_OBJ_TYPE(
    ssl_purpose_type, MP_QSTR_Purpose, MP_TYPE_FLAG_NONE, locals_dict, &purpose_locals);

bool ssl_purpose_is_server_auth(mp_obj_t purpose) {
    if (purpose == MP_OBJ_FROM_PTR(&ssl_purpose_server_obj)) {
        return true;
    }
    if (purpose != MP_OBJ_FROM_PTR(&purpose_client_obj)) {
        nlr_raise(mp_obj_new_exception_arg1(&mp_type_TypeError, purpose));
    }
    return false;
}
