package wire

import "fmt"

// Failure is the content of an error answer of the query protocol.
type Failure struct {
	Type    string // "Sender" or "Receiver"
	Code    string
	Message string
}

// AppendXMLResponse appends a complete answer of the AWS query protocol. out is nil for an operation without output, which then
// has only the metadata; an output without members still gets its empty result element. requestID is repeated in the
// x-amzn-RequestId header by the caller.
func AppendXMLResponse(dst []byte, op, namespace, requestID string, out Shape) []byte {
	w := xmlWriter{buf: dst}
	w.buf = append(append(w.buf, '<'), op...)
	w.buf = append(w.buf, `Response xmlns="`...)
	w.buf = append(AppendXMLText(w.buf, namespace), `">`...)
	if out != nil {
		w.buf = append(append(append(w.buf, '<'), op...), "Result>"...)
		out.Walk(&w)
		w.buf = append(append(append(w.buf, "</"...), op...), "Result>"...)
	}
	w.buf = append(w.buf, "<ResponseMetadata><RequestId>"...)
	w.buf = AppendXMLText(w.buf, requestID)
	w.buf = append(w.buf, "</RequestId></ResponseMetadata></"...)
	return append(append(w.buf, op...), "Response>\n"...)
}

// AppendXMLError appends a complete error answer of the AWS query protocol.
func AppendXMLError(dst []byte, namespace, requestID string, f Failure) []byte {
	dst = append(dst, `<ErrorResponse xmlns="`...)
	dst = append(AppendXMLText(dst, namespace), `"><Error><Type>`...)
	dst = append(AppendXMLText(dst, f.Type), "</Type><Code>"...)
	dst = append(AppendXMLText(dst, f.Code), "</Code><Message>"...)
	dst = append(AppendXMLText(dst, f.Message), "</Message></Error><RequestId>"...)
	return append(AppendXMLText(dst, requestID), "</RequestId></ErrorResponse>\n"...)
}

// AppendJSONResponse appends the answer that AWS STS gives to a client that accepts application/json: the same envelope as an
// object, times as seconds since 1970.
func AppendJSONResponse(dst []byte, op, requestID string, out Shape) []byte {
	dst = append(dst, '{')
	dst = append(AppendJSONString(dst, op+"Response"), ":{"...)
	if out != nil {
		dst = append(AppendJSONString(dst, op+"Result"), ':')
		dst = append(AppendJSON(dst, out, JSONStyle{}), ',')
	}
	dst = append(dst, `"ResponseMetadata":{"RequestId":`...)
	return append(AppendJSONString(dst, requestID), "}}}\n"...)
}

// AppendJSONError is the JSON form of [AppendXMLError].
func AppendJSONError(dst []byte, requestID string, f Failure) []byte {
	dst = append(dst, `{"Error":{"Code":`...)
	dst = append(AppendJSONString(dst, f.Code), `,"Message":`...)
	dst = append(AppendJSONString(dst, f.Message), `,"Type":`...)
	dst = append(AppendJSONString(dst, f.Type), `},"RequestId":`...)
	return append(AppendJSONString(dst, requestID), "}\n"...)
}

// ReadXMLResponse fills out, which must be fresh and may be nil, from an answer to the operation op and returns its request id.
// Violations inside the answer, such as a number that is none, are an error.
func ReadXMLResponse(raw []byte, op string, out Shape, limits XMLLimits) (requestID string, err error) {
	root, err := parseXML(raw, limits)
	if err != nil {
		return "", err
	}
	if root.name != op+"Response" {
		return "", fmt.Errorf("%w: answer is %s, not %sResponse", ErrSyntax, root.name, op)
	}
	if meta := root.child("ResponseMetadata"); meta != nil {
		requestID = meta.childText("RequestId")
	}
	if out == nil {
		return requestID, nil
	}
	result := root.child(op + "Result")
	if result == nil {
		return requestID, fmt.Errorf("%w: answer has no %sResult", ErrSyntax, op)
	}
	r := reader{src: &xmlSource{at: result}}
	for _, v := range r.read(out) {
		if v.Kind == WrongType || v.Kind >= NotInteger {
			return requestID, fmt.Errorf("%w: at %s", ErrSyntax, v.Path)
		}
	}
	return requestID, nil
}

// ReadXMLError reads an error answer of the query protocol.
func ReadXMLError(raw []byte, limits XMLLimits) (f Failure, requestID string, err error) {
	root, err := parseXML(raw, limits)
	if err != nil {
		return f, "", err
	}
	e := root.child("Error")
	if root.name != "ErrorResponse" || e == nil {
		return f, "", fmt.Errorf("%w: answer is no error", ErrSyntax)
	}
	return Failure{e.childText("Type"), e.childText("Code"), e.childText("Message")}, root.childText("RequestId"), nil
}
