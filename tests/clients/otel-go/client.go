// OpenTelemetry's API for Go: spans of the GenAI conventions by hand.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/trace"
)

type answer struct {
	ID      string `json:"id"`
	Model   string `json:"model"`
	Choices []struct {
		Message struct {
			Content string `json:"content"`
		} `json:"message"`
		FinishReason string `json:"finish_reason"`
	} `json:"choices"`
	Usage struct {
		Input   int `json:"prompt_tokens"`
		Output  int `json:"completion_tokens"`
		Details struct {
			Cached int `json:"cached_tokens"`
		} `json:"prompt_tokens_details"`
	} `json:"usage"`
}

type object map[string]any

func text(value any) string {
	encoded, _ := json.Marshal(value)
	return string(encoded)
}

func chat(ctx context.Context, content string) {
	_, span := otel.Tracer("app").Start(ctx, "chat gpt-5-mini")
	defer span.End()
	parts := []object{{"type": "text", "content": content}}
	span.SetAttributes(
		attribute.String("gen_ai.operation.name", "chat"),
		attribute.String("gen_ai.provider.name", "openai"),
		attribute.String("gen_ai.request.model", "gpt-5-mini"),
		attribute.String("gen_ai.conversation.id", "session-1"),
		attribute.String("gen_ai.input.messages", text([]object{{"role": "user", "parts": parts}})),
	)
	asked := text(object{"model": "gpt-5-mini", "messages": []object{{"role": "user", "content": content}}})
	response, err := http.Post(os.Getenv("MODEL_URL")+"/v1/chat/completions", "application/json", bytes.NewBufferString(asked))
	if err != nil || response.StatusCode != http.StatusOK {
		span.SetStatus(codes.Error, "the model refused")
		return
	}
	defer response.Body.Close()
	var said answer
	if err := json.NewDecoder(response.Body).Decode(&said); err != nil {
		panic(err)
	}
	choice := said.Choices[0]
	parts = []object{{"type": "text", "content": choice.Message.Content}}
	span.SetAttributes(
		attribute.String("gen_ai.response.model", said.Model),
		attribute.String("gen_ai.response.id", said.ID),
		attribute.StringSlice("gen_ai.response.finish_reasons", []string{choice.FinishReason}),
		attribute.Int("gen_ai.usage.input_tokens", said.Usage.Input),
		attribute.Int("gen_ai.usage.output_tokens", said.Usage.Output),
		attribute.Int("gen_ai.usage.cache_read.input_tokens", said.Usage.Details.Cached),
		attribute.String("gen_ai.output.messages", text([]object{{"role": "assistant", "parts": parts, "finish_reason": "stop"}})),
	)
}

func main() {
	ctx := context.Background()
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		panic(err)
	}
	provider := trace.NewTracerProvider(trace.WithBatcher(exporter))
	otel.SetTracerProvider(provider)
	for _, content := range []string{"yes", "Tell me a story", "Now fail"} {
		chat(ctx, content)
	}
	if err := provider.Shutdown(ctx); err != nil {
		panic(err)
	}
}
