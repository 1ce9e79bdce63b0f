/* The compositing kernel: premultiplied "over" on one plane, RGBA to Y'CbCr 4:2:0, blend modes, and transitions.
 *
 * All planes are two-dimensional uint8 buffers whose rows are contiguous (any row stride, so a slice
 * of a larger plane is a plane). Every function releases the GIL. A pixel's result depends on that
 * pixel's inputs alone, never on the rectangle it was drawn in: that is what makes a patch equal the
 * same part of a full frame, byte for byte.
 *
 * Numbers: Y'CbCr is ITU-R BT.709, limited range (Y' 16..235, Cb and Cr 16..240).
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__) && defined(__GNUC__)
#define VECTORISED __attribute__((target_clones("avx2", "default")))
#else
#define VECTORISED
#endif

typedef struct {
    Py_buffer view;
    uint8_t *data;
    Py_ssize_t height, width, stride;
} Plane;

/* x / 255 rounded to nearest, exact for 0 <= x <= 65535. */
static inline uint32_t div255(uint32_t x) {
    x += 128;
    return (x + (x >> 8)) >> 8;
}

static int plane_open(PyObject *object, Plane *plane, int writable, Py_ssize_t channels, const char *name) {
    int flags = PyBUF_STRIDES | (writable ? PyBUF_WRITABLE : 0);
    int ndim = channels == 1 ? 2 : 3;
    if (PyObject_GetBuffer(object, &plane->view, flags) < 0) return -1;
    if (plane->view.itemsize != 1 || plane->view.ndim != ndim ||
        plane->view.strides[1] != channels ||
        (ndim == 3 && (plane->view.shape[2] != channels || plane->view.strides[2] != 1))) {
        PyErr_Format(PyExc_ValueError, "%s: expected %s of uint8 with contiguous rows", name,
                     channels == 1 ? "a plane (height, width)" : "a picture (height, width, 4)");
        PyBuffer_Release(&plane->view);
        return -1;
    }
    plane->data = plane->view.buf;
    plane->height = plane->view.shape[0];
    plane->width = plane->view.shape[1];
    plane->stride = plane->view.strides[0];
    return 0;
}

static void planes_close(Plane *planes, int count) {
    while (count-- > 0) PyBuffer_Release(&planes[count].view);
}

static int planes_open(PyObject **objects, Plane *planes, int count, const int *writable, const char *const *names) {
    for (int i = 0; i < count; i++) {
        if (plane_open(objects[i], &planes[i], writable[i], 1, names[i]) < 0) {
            planes_close(planes, i);
            return -1;
        }
    }
    return 0;
}

static int same_size(const Plane *plane, Py_ssize_t height, Py_ssize_t width, const char *name) {
    if (plane->height == height && plane->width == width) return 1;
    PyErr_Format(PyExc_ValueError, "%s: is %zd x %zd, expected %zd x %zd (width x height)", name, plane->width,
                 plane->height, width, height);
    return 0;
}

static int byte_value(int value, const char *name) {
    if (value >= 0 && value <= 255) return 1;
    PyErr_Format(PyExc_ValueError, "%s: is %d, expected 0 to 255", name, value);
    return 0;
}

/* The same in 16 bits, in which all of it fits: twice as many at a time. */
static inline uint16_t div255_16(uint16_t x) {
    x = (uint16_t)(x + 128);
    return (uint16_t)((uint16_t)(x + (x >> 8)) >> 8);
}

VECTORISED
static void over_row(uint8_t *restrict dst, const uint8_t *restrict src, const uint8_t *restrict inv, Py_ssize_t width) {
    for (Py_ssize_t x = 0; x < width; x++)
        dst[x] = (uint8_t)(src[x] + div255_16((uint16_t)((uint16_t)dst[x] * (uint16_t)inv[x])));
}

VECTORISED
static void fade_row(uint8_t *restrict dst, const uint8_t *restrict src, const uint8_t *restrict inv, Py_ssize_t width,
                     uint32_t opacity) {
    for (Py_ssize_t x = 0; x < width; x++) {
        uint32_t clear = 255 - div255((255u - inv[x]) * opacity);
        dst[x] = (uint8_t)(div255(src[x] * opacity) + div255(dst[x] * clear));
    }
}

VECTORISED
static void tint_row(uint8_t *restrict dst, Py_ssize_t width, uint32_t value, uint32_t clear) {
    for (Py_ssize_t x = 0; x < width; x++) dst[x] = (uint8_t)(value + div255(dst[x] * clear));
}

/* A row of a sprite: nothing shows before `from` and from `to` on; all below is hidden from `hides` up to `bares`. */
typedef struct {
    int32_t from, hides, bares, to;
} Span;

static int32_t within(Py_ssize_t x, Py_ssize_t low, Py_ssize_t high) {
    return (int32_t)(x < low ? low : x > high ? high : x);
}

static void blend_row(uint8_t *dst, const uint8_t *src, const uint8_t *inv, Span span, uint32_t opacity) {
    if (opacity != 255) {
        fade_row(dst + span.from, src + span.from, inv + span.from, span.to - span.from, opacity);
        return;
    }
    over_row(dst + span.from, src + span.from, inv + span.from, span.hides - span.from);
    memcpy(dst + span.hides, src + span.hides, (size_t)(span.bares - span.hides));
    over_row(dst + span.bares, src + span.bares, inv + span.bares, span.to - span.bares);
}

static int spans_open(PyObject *object, Py_buffer *view, Py_ssize_t height, int writable) {
    if (PyObject_GetBuffer(object, view, PyBUF_C_CONTIGUOUS | (writable ? PyBUF_WRITABLE : 0)) < 0) return -1;
    if (view->itemsize == 4 && view->ndim == 2 && view->shape[0] == height && view->shape[1] == 4) return 0;
    PyErr_Format(PyExc_ValueError, "spans: expected (%zd, 4) of int32", height);
    PyBuffer_Release(view);
    return -1;
}

static PyObject *kernel_spans(PyObject *self, PyObject *args) {
    static const int writable[] = {0, 0};
    static const char *const names[] = {"src", "inverse_alpha"};
    PyObject *objects[2], *out;
    Plane p[2];
    Py_buffer view;
    (void)self;
    if (!PyArg_ParseTuple(args, "OOO", &objects[0], &objects[1], &out)) return NULL;
    if (planes_open(objects, p, 2, writable, names) < 0) return NULL;
    if (!same_size(&p[1], p[0].height, p[0].width, names[1]) || spans_open(out, &view, p[0].height, 1) < 0) {
        planes_close(p, 2);
        return NULL;
    }
    Py_BEGIN_ALLOW_THREADS;
    for (Py_ssize_t y = 0; y < p[0].height; y++) {
        const uint8_t *src = p[0].data + y * p[0].stride, *inv = p[1].data + y * p[1].stride;
        Span *span = (Span *)view.buf + y;
        int32_t width = (int32_t)p[0].width, from = 0, to = width, begin = 0;
        while (from < to && inv[from] == 255 && src[from] == 0) from++;
        while (to > from && inv[to - 1] == 255 && src[to - 1] == 0) to--;
        *span = (Span){from, from, from, to};
        for (int32_t x = begin = from; x <= to; x++) {
            if (x < to && inv[x] == 0) continue;
            if (x - begin > span->bares - span->hides) span->hides = begin, span->bares = x;
            begin = x + 1;
        }
    }
    Py_END_ALLOW_THREADS;
    planes_close(p, 2);
    PyBuffer_Release(&view);
    Py_RETURN_NONE;
}

static PyObject *kernel_over(PyObject *self, PyObject *args) {
    static const int writable[] = {1, 0, 0};
    static const char *const names[] = {"dst", "src", "inverse_alpha"};
    PyObject *objects[3], *spans = NULL;
    Plane p[3];
    Py_buffer view;
    Py_ssize_t left = 0;
    int opacity;
    (void)self;
    if (!PyArg_ParseTuple(args, "OOOi|On", &objects[0], &objects[1], &objects[2], &opacity, &spans, &left)) return NULL;
    if (!byte_value(opacity, "opacity")) return NULL;
    if (planes_open(objects, p, 3, writable, names) < 0) return NULL;
    if (!same_size(&p[1], p[0].height, p[0].width, names[1]) || !same_size(&p[2], p[0].height, p[0].width, names[2]) ||
        (spans && spans_open(spans, &view, p[0].height, 0) < 0)) {
        planes_close(p, 3);
        return NULL;
    }
    Py_BEGIN_ALLOW_THREADS;
    for (Py_ssize_t y = 0; y < p[0].height; y++) {
        Span span = {0, 0, 0, (int32_t)p[0].width};
        if (spans) {
            const Span *whole = (const Span *)view.buf + y;
            span.from = within(whole->from - left, 0, p[0].width);
            span.to = within(whole->to - left, span.from, p[0].width);
            span.hides = within(whole->hides - left, span.from, span.to);
            span.bares = within(whole->bares - left, span.hides, span.to);
        }
        blend_row(p[0].data + y * p[0].stride, p[1].data + y * p[1].stride, p[2].data + y * p[2].stride, span,
                  (uint32_t)opacity);
    }
    Py_END_ALLOW_THREADS;
    planes_close(p, 3);
    if (spans) PyBuffer_Release(&view);
    Py_RETURN_NONE;
}

static PyObject *kernel_tint(PyObject *self, PyObject *args) {
    PyObject *object;
    Plane dst;
    int value, alpha;
    (void)self;
    if (!PyArg_ParseTuple(args, "Oii", &object, &value, &alpha)) return NULL;
    if (!byte_value(value, "value") || !byte_value(alpha, "alpha")) return NULL;
    if (plane_open(object, &dst, 1, 1, "dst") < 0) return NULL;
    uint32_t premultiplied = div255((uint32_t)value * (uint32_t)alpha), clear = 255u - (uint32_t)alpha;
    Py_BEGIN_ALLOW_THREADS;
    for (Py_ssize_t y = 0; y < dst.height; y++) tint_row(dst.data + y * dst.stride, dst.width, premultiplied, clear);
    Py_END_ALLOW_THREADS;
    PyBuffer_Release(&dst.view);
    Py_RETURN_NONE;
}

/* div255(a * rest + b * weight) for rest + weight = 255: all of it fits into 16 bits, which is twice as fast. */
static inline uint8_t mixture(uint8_t a, uint8_t b, uint16_t rest, uint16_t weight) {
    uint16_t x = (uint16_t)((uint16_t)(a * rest) + (uint16_t)(b * weight) + 128);
    return (uint8_t)((uint16_t)(x + (x >> 8)) >> 8);
}

VECTORISED
static void cross_row(uint8_t *restrict dst, const uint8_t *restrict src, Py_ssize_t width, uint16_t weight) {
    uint16_t rest = (uint16_t)(255 - weight);
    for (Py_ssize_t x = 0; x < width; x++) dst[x] = mixture(dst[x], src[x], rest, weight);
}

/* Where the edge has arrived (order <= low) src, where it has not (order >= high) dst, between them a mixture. */
VECTORISED
static void wipe_row(uint8_t *restrict dst, const uint8_t *restrict src, const uint16_t *restrict order,
                     Py_ssize_t width, int32_t high, int32_t span, uint32_t slope) {
    for (Py_ssize_t x = 0; x < width; x++) {
        int32_t passed = high - order[x];
        passed = passed < 0 ? 0 : passed > span ? span : passed;
        uint32_t weight = ((uint32_t)passed * slope + (1u << 23)) >> 24;
        dst[x] = mixture(dst[x], src[x], (uint16_t)(255 - weight), (uint16_t)weight);
    }
}

static PyObject *kernel_cross(PyObject *self, PyObject *args) {
    static const int writable[] = {1, 0};
    static const char *const names[] = {"dst", "src"};
    PyObject *objects[2];
    Plane p[2];
    int weight;
    (void)self;
    if (!PyArg_ParseTuple(args, "OOi", &objects[0], &objects[1], &weight)) return NULL;
    if (!byte_value(weight, "weight") || planes_open(objects, p, 2, writable, names) < 0) return NULL;
    int fits = same_size(&p[1], p[0].height, p[0].width, names[1]);
    if (fits) {
        Py_BEGIN_ALLOW_THREADS;
        for (Py_ssize_t y = 0; y < p[0].height; y++)
            cross_row(p[0].data + y * p[0].stride, p[1].data + y * p[1].stride, p[0].width, (uint16_t)weight);
        Py_END_ALLOW_THREADS;
    }
    planes_close(p, 2);
    if (!fits) return NULL;
    Py_RETURN_NONE;
}

static PyObject *kernel_wipe(PyObject *self, PyObject *args) {
    static const int writable[] = {1, 0, 0};
    static const char *const names[] = {"dst", "src", "order"};
    PyObject *objects[3];
    Plane p[3];
    int low, high;
    (void)self;
    if (!PyArg_ParseTuple(args, "OOOii", &objects[0], &objects[1], &objects[2], &low, &high)) return NULL;
    if (low >= high || high - low > 65536) {
        PyErr_Format(PyExc_ValueError, "high: is %d, expected %d to %d", high, low + 1, low + 65536);
        return NULL;
    }
    if (planes_open(objects, p, 3, writable, names) < 0) return NULL;
    int fits = same_size(&p[1], p[0].height, p[0].width, names[1]) &&
               same_size(&p[2], p[0].height, 2 * p[0].width, names[2]);
    if (fits && ((uintptr_t)p[2].data % 2 || p[2].stride % 2)) {
        PyErr_SetString(PyExc_ValueError, "order: expected 16-bit numbers");
        fits = 0;
    }
    if (fits) {
        Py_BEGIN_ALLOW_THREADS;
        for (Py_ssize_t y = 0; y < p[0].height; y++)
            wipe_row(p[0].data + y * p[0].stride, p[1].data + y * p[1].stride,
                     (const uint16_t *)(const void *)(p[2].data + y * p[2].stride), p[0].width, high, high - low,
                     (255u << 24) / (uint32_t)(high - low));
        Py_END_ALLOW_THREADS;
    }
    planes_close(p, 3);
    if (!fits) return NULL;
    Py_RETURN_NONE;
}

/* BT.709 limited range for premultiplied input, scaled by 2^16. With C' premultiplied by alpha a the offset
 * is premultiplied too: Y'a = 16 a + 219/255 (0.2126 R'a + 0.7152 G'a + 0.0722 B'a), likewise 128 a for chroma. */
enum {
    YR = 11966, YG = 40254, YB = 4064,    /* 65536 * 219/255 * (0.2126, 0.7152, 0.0722) */
    UR = -6596, UG = -22189, UB = 28784,  /* 65536 * 224/255 / 1.8556 * (-0.2126, -0.7152, 0.9278) */
    VR = 28784, VG = -26145, VB = -2639,  /* 65536 * 224/255 / 1.5748 * (0.7874, -0.7152, -0.0722) */
    Y0 = 4112, C0 = 32897                 /* 65536 * 16/255 and 128/255, rounded */
};

VECTORISED
static void luma_row(const uint8_t *restrict rgba, uint8_t *restrict y, uint8_t *restrict inv, Py_ssize_t width) {
    for (Py_ssize_t x = 0; x < width; x++) {
        const uint8_t *p = rgba + 4 * x;
        y[x] = (uint8_t)((YR * p[0] + YG * p[1] + YB * p[2] + Y0 * p[3] + 32768) >> 16);
        inv[x] = (uint8_t)(255 - p[3]);
    }
}

VECTORISED
static void chroma_row(const uint8_t *restrict top, const uint8_t *restrict bottom, uint8_t *restrict u,
                       uint8_t *restrict v, uint8_t *restrict inv, Py_ssize_t width) {
    for (Py_ssize_t x = 0; x < width; x++) {
        const uint8_t *a = top + 8 * x, *b = bottom + 8 * x;
        int32_t r = a[0] + a[4] + b[0] + b[4], g = a[1] + a[5] + b[1] + b[5];
        int32_t bl = a[2] + a[6] + b[2] + b[6], al = a[3] + a[7] + b[3] + b[7];
        u[x] = (uint8_t)((UR * r + UG * g + UB * bl + C0 * al + 131072) >> 18);
        v[x] = (uint8_t)((VR * r + VG * g + VB * bl + C0 * al + 131072) >> 18);
        inv[x] = (uint8_t)(255 - ((al + 2) >> 2));
    }
}

static PyObject *kernel_convert(PyObject *self, PyObject *args) {
    static const int writable[] = {1, 1, 1, 1, 1};
    static const char *const names[] = {"y", "u", "v", "inverse_alpha", "inverse_alpha_half"};
    PyObject *picture, *objects[5];
    Plane rgba, p[5];
    (void)self;
    if (!PyArg_ParseTuple(args, "OOOOOO", &picture, &objects[0], &objects[1], &objects[2], &objects[3], &objects[4]))
        return NULL;
    if (plane_open(picture, &rgba, 0, 4, "rgba") < 0) return NULL;
    if (planes_open(objects, p, 5, writable, names) < 0) {
        PyBuffer_Release(&rgba.view);
        return NULL;
    }
    Py_ssize_t h = rgba.height, w = rgba.width;
    int fits = 1;
    if (h % 2 || w % 2) {
        PyErr_Format(PyExc_ValueError, "rgba: is %zd x %zd, 4:2:0 needs even sides", w, h);
        fits = 0;
    }
    for (int i = 0; fits && i < 5; i++) {
        int full = i == 0 || i == 3;
        fits = same_size(&p[i], full ? h : h / 2, full ? w : w / 2, names[i]);
    }
    if (fits) {
        Py_BEGIN_ALLOW_THREADS;
        for (Py_ssize_t y = 0; y < h; y++)
            luma_row(rgba.data + y * rgba.stride, p[0].data + y * p[0].stride, p[3].data + y * p[3].stride, w);
        for (Py_ssize_t y = 0; y < h / 2; y++)
            chroma_row(rgba.data + 2 * y * rgba.stride, rgba.data + (2 * y + 1) * rgba.stride, p[1].data + y * p[1].stride,
                       p[2].data + y * p[2].stride, p[4].data + y * p[4].stride, w / 2);
        Py_END_ALLOW_THREADS;
    }
    planes_close(p, 5);
    PyBuffer_Release(&rgba.view);
    if (!fits) return NULL;
    Py_RETURN_NONE;
}

/* BT.709 limited range back to full-range RGB, scaled by 2^16. */
enum {
    RGB_Y = 76309,                     /* 65536 * 255/219 */
    R_V = 117489,                      /* 65536 * 255/224 * 1.5748 */
    G_U = -13975, G_V = -34925,        /* 65536 * 255/224 * (-0.187324, -0.468124) */
    B_U = 138438                       /* 65536 * 255/224 * 1.8556 */
};

static inline uint32_t clamp_byte(int32_t scaled) {
    int32_t value = (scaled + 32768) >> 16;
    return value < 0 ? 0u : value > 255 ? 255u : (uint32_t)value;
}

/* Where src has alpha a > 0 and the straight colour s: out = (a * table[s][backdrop], a); each channel apart. */
static void mix_row(const uint8_t *restrict y, const uint8_t *restrict u, const uint8_t *restrict v,
                    const uint8_t *restrict src, const uint8_t *restrict table, uint8_t *restrict out, Py_ssize_t width) {
    for (Py_ssize_t x = 0; x < width; x++, src += 4, out += 4) {
        uint32_t alpha = src[3];
        out[3] = (uint8_t)alpha;
        if (alpha == 0) {
            out[0] = out[1] = out[2] = 0;
            continue;
        }
        int32_t luma = RGB_Y * (y[x] - 16), cb = u[x / 2] - 128, cr = v[x / 2] - 128;
        uint32_t below[3] = {clamp_byte(luma + R_V * cr), clamp_byte(luma + G_U * cb + G_V * cr),
                             clamp_byte(luma + B_U * cb)};
        for (int c = 0; c < 3; c++) {
            uint32_t own = alpha == 255 ? src[c] : (src[c] * 255u + alpha / 2) / alpha;
            out[c] = (uint8_t)div255(table[(own > 255 ? 255 : own) * 256 + below[c]] * alpha);
        }
    }
}

static PyObject *kernel_mix(PyObject *self, PyObject *args) {
    static const int writable[] = {0, 0, 0, 0};
    static const char *const names[] = {"y", "u", "v", "table"};
    PyObject *objects[4], *source, *target;
    Plane p[4], src, out;
    (void)self;
    if (!PyArg_ParseTuple(args, "OOOOOO", &objects[0], &objects[1], &objects[2], &source, &objects[3], &target))
        return NULL;
    if (planes_open(objects, p, 4, writable, names) < 0) return NULL;
    if (plane_open(source, &src, 0, 4, "src") < 0) {
        planes_close(p, 4);
        return NULL;
    }
    if (plane_open(target, &out, 1, 4, "out") < 0) {
        planes_close(p, 4);
        PyBuffer_Release(&src.view);
        return NULL;
    }
    Py_ssize_t h = src.height, w = src.width;
    int fits = h % 2 == 0 && w % 2 == 0;
    if (!fits) PyErr_Format(PyExc_ValueError, "src: is %zd x %zd, 4:2:0 needs even sides", w, h);
    fits = fits && same_size(&p[0], h, w, names[0]) && same_size(&p[1], h / 2, w / 2, names[1]) &&
           same_size(&p[2], h / 2, w / 2, names[2]) && same_size(&p[3], 256, 256, names[3]) &&
           same_size(&out, h, w, "out");
    if (fits && p[3].stride != 256) {
        PyErr_SetString(PyExc_ValueError, "table: expected 256 rows without gaps");
        fits = 0;
    }
    if (fits) {
        Py_BEGIN_ALLOW_THREADS;
        for (Py_ssize_t y = 0; y < h; y++)
            mix_row(p[0].data + y * p[0].stride, p[1].data + y / 2 * p[1].stride, p[2].data + y / 2 * p[2].stride,
                    src.data + y * src.stride, p[3].data, out.data + y * out.stride, w);
        Py_END_ALLOW_THREADS;
    }
    planes_close(p, 4);
    PyBuffer_Release(&src.view);
    PyBuffer_Release(&out.view);
    if (!fits) return NULL;
    Py_RETURN_NONE;
}

static inline void rgb_of(uint8_t y, int32_t cb, int32_t cr, const uint16_t *light, uint32_t *rgb) {
    int32_t luma = RGB_Y * (y - 16);
    rgb[0] = light[clamp_byte(luma + R_V * cr)];
    rgb[1] = light[clamp_byte(luma + G_U * cb + G_V * cr)];
    rgb[2] = light[clamp_byte(luma + B_U * cb)];
}

/* Two rows of luma and one of chroma: dst turns into src by weight / 255 of its light. to_light maps a code value to
 * its light in 65536 steps, to_code maps every 16 of these back. A block that is the same in both stays as it is. */
static void dissolve_rows(uint8_t *const *dst, const uint8_t *const *src, Py_ssize_t width, uint32_t weight,
                          const uint16_t *to_light, const uint8_t *to_code) {
    for (Py_ssize_t x = 0; x < width / 2; x++) {
        int32_t cb = dst[2][x] - 128, cr = dst[3][x] - 128, cb2 = src[2][x] - 128, cr2 = src[3][x] - 128;
        int32_t sum[3] = {0, 0, 0};
        if (cb == cb2 && cr == cr2 && !memcmp(dst[0] + 2 * x, src[0] + 2 * x, 2) && !memcmp(dst[1] + 2 * x, src[1] + 2 * x, 2))
            continue;
        for (int i = 0; i < 4; i++) {
            uint8_t *y = dst[i / 2] + 2 * x + i % 2;
            uint32_t from[3], to[3];
            int32_t code[3];
            rgb_of(*y, cb, cr, to_light, from);
            rgb_of(src[i / 2][2 * x + i % 2], cb2, cr2, to_light, to);
            for (int c = 0; c < 3; c++) {
                code[c] = to_code[(from[c] * (255 - weight) + to[c] * weight) / 255 >> 4];
                sum[c] += code[c];
            }
            *y = (uint8_t)((YR * code[0] + YG * code[1] + YB * code[2] + Y0 * 255 + 32768) >> 16);
        }
        dst[2][x] = (uint8_t)((UR * sum[0] + UG * sum[1] + UB * sum[2] + C0 * 1020 + 131072) >> 18);
        dst[3][x] = (uint8_t)((VR * sum[0] + VG * sum[1] + VB * sum[2] + C0 * 1020 + 131072) >> 18);
    }
}

static PyObject *kernel_dissolve(PyObject *self, PyObject *args) {
    static const int writable[] = {1, 1, 1, 0, 0, 0, 0, 0};
    static const char *const names[] = {"y", "u", "v", "src_y", "src_u", "src_v", "to_light", "to_code"};
    PyObject *o[8];
    Plane p[8];
    int weight;
    (void)self;
    if (!PyArg_ParseTuple(args, "OOOOOOiOO", &o[0], &o[1], &o[2], &o[3], &o[4], &o[5], &weight, &o[6], &o[7])) return NULL;
    if (!byte_value(weight, "weight") || planes_open(o, p, 8, writable, names) < 0) return NULL;
    Py_ssize_t h = p[0].height, w = p[0].width;
    int fits = h % 2 == 0 && w % 2 == 0;
    if (!fits) PyErr_Format(PyExc_ValueError, "y: is %zd x %zd, 4:2:0 needs even sides", w, h);
    for (int i = 1; fits && i < 6; i++) fits = same_size(&p[i], i == 3 ? h : h / 2, i == 3 ? w : w / 2, names[i]);
    fits = fits && same_size(&p[6], 1, 512, names[6]) && same_size(&p[7], 1, 4096, names[7]);
    if (fits && (uintptr_t)p[6].data % 2) {
        PyErr_SetString(PyExc_ValueError, "to_light: expected 16-bit numbers");
        fits = 0;
    }
    if (fits) {
        Py_BEGIN_ALLOW_THREADS;
        for (Py_ssize_t y = 0; y < h / 2; y++) {
            uint8_t *dst[4] = {p[0].data + 2 * y * p[0].stride, p[0].data + (2 * y + 1) * p[0].stride,
                               p[1].data + y * p[1].stride, p[2].data + y * p[2].stride};
            const uint8_t *src[4] = {p[3].data + 2 * y * p[3].stride, p[3].data + (2 * y + 1) * p[3].stride,
                                     p[4].data + y * p[4].stride, p[5].data + y * p[5].stride};
            dissolve_rows(dst, src, w, (uint32_t)weight, (const uint16_t *)(const void *)p[6].data, p[7].data);
        }
        Py_END_ALLOW_THREADS;
    }
    planes_close(p, 8);
    if (!fits) return NULL;
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"over", kernel_over, METH_VARARGS,
     "over(dst, src, inverse_alpha, opacity, spans=, left=0): dst = src + dst * inverse_alpha / 255, src faded by opacity / 255."},
    {"spans", kernel_spans, METH_VARARGS, "spans(src, inverse_alpha, out): what of each row shows, and what of it hides."},
    {"tint", kernel_tint, METH_VARARGS, "tint(dst, value, alpha): blends one value over the whole of dst."},
    {"cross", kernel_cross, METH_VARARGS, "cross(dst, src, weight): dst turns into src by weight / 255."},
    {"wipe", kernel_wipe, METH_VARARGS,
     "wipe(dst, src, order, low, high): src where the 16-bit order is at most low, dst where it is high or more."},
    {"dissolve", kernel_dissolve, METH_VARARGS,
     "dissolve(y, u, v, src_y, src_u, src_v, weight, to_light, to_code): like cross, of the pictures' light."},
    {"convert", kernel_convert, METH_VARARGS,
     "convert(rgba, y, u, v, inverse_alpha, inverse_alpha_half): premultiplied RGBA to premultiplied BT.709 4:2:0."},
    {"mix", kernel_mix, METH_VARARGS,
     "mix(y, u, v, src, table, out): src with its colours looked up in table by its own and the backdrop's."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    .m_base = PyModuleDef_HEAD_INIT, .m_name = "kernel", .m_doc = "The compositing kernel.", .m_size = 0,
    .m_methods = methods,
};

PyMODINIT_FUNC PyInit_kernel(void) { return PyModuleDef_Init(&module); }
